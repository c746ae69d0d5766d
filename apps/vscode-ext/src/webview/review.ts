import { uncertainFirst, type ReviewPanel, type ReviewRow } from '@groundglass/papers/review';
import type { FromReview, ShownRow, ToReview } from '../review/review-protocol.js';
import { element, vector } from './review-elements.js';
import { isWaiting, ReviewQueue } from './review-queue.js';

declare function acquireVsCodeApi(): {
  postMessage(message: FromReview): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const host = acquireVsCodeApi();
const main = document.querySelector('main')!;
let rows: ReadonlyMap<string, ShownRow> = new Map();
let problems: readonly string[] = [];
/** The current row, by its id, so that it stays current when the file changes. */
let current = (host.getState() as { current?: string } | undefined)?.current ?? '';
let selected = '';
let failure = '';
let order: readonly string[] = [];

const words: Readonly<Record<ReviewPanel['label'], string>> = {
  positive: 'Positive',
  negative: 'Negative',
  unsure: 'Unsure',
};

function shown(): ShownRow | undefined {
  return rows.get(current);
}

/** The order is fixed once: a decided row stays in place while the person continues. */
function orderRows(): void {
  const known = new Set(order);
  const fresh = uncertainFirst([...rows.values()].map(({ row }) => row))
    .map(({ id }) => id)
    .filter((id) => !known.has(id));
  order = [...order.filter((id) => rows.has(id)), ...fresh];
  if (!rows.has(current)) current = firstOpen() ?? order[0] ?? '';
}

function firstOpen(): string | undefined {
  return order.find((id) => {
    const view = rows.get(id);
    return view !== undefined && isWaiting(view.row);
  });
}

const queue = new ReviewQueue((id) => {
  go(id);
});
const header = element('header');
const columns = element('div', { class: 'columns' });

function render(): void {
  const view = shown();
  let [waiting, decided] = [0, 0];
  for (const { row } of rows.values()) {
    if (isWaiting(row)) waiting++;
    if (row.state !== 'open') decided++;
  }
  const scroll = main.querySelector('.figure')?.scrollTop ?? 0;
  const before = main.querySelector('.figure')?.getAttribute('data-row');
  header.replaceChildren(
    element(
      'strong',
      { class: 'open-count', role: 'status' },
      `${waiting} of ${rows.size} figures to review`,
    ),
    progressBar(decided, decided + waiting),
    element('span', { class: 'quiet' }, `${decided} decided, each saved at once`),
    ...problems.map((problem) => element('p', { class: 'problem' }, `Line ${problem}`)),
    ...(failure === '' ? [] : [element('p', { class: 'problem', role: 'alert' }, failure)]),
  );
  queue.show(order, (id) => rows.get(id)?.row);
  while (columns.lastChild && columns.lastChild !== queue.element) columns.lastChild.remove();
  columns.append(
    ...(view
      ? [figure(view), side(view)]
      : [element('p', {}, 'There is nothing to review in this file.')]),
  );
  if (!main.hasChildNodes()) {
    columns.prepend(queue.element);
    main.append(header, columns, element('footer', {}, ...keyHelp()));
  }
  const section = main.querySelector('.figure');
  if (section && before === current) section.scrollTop = scroll;
  queue.mark(current);
}

function progressBar(done: number, all: number): HTMLElement {
  const bar = element('progress', { max: String(Math.max(1, all)), value: String(done) });
  bar.setAttribute('aria-label', 'Figures decided');
  return bar;
}

const help: readonly (readonly [keys: string, what: string])[] = [
  ['A', 'accept'],
  ['S', 'skip'],
  ['O', 'open again'],
  ['1', 'positive'],
  ['2', 'negative'],
  ['3', 'unsure'],
  ['X', 'no CT slice'],
  ['Tab', 'next panel'],
  ['J K', 'next, previous figure'],
  ['V H', 'split'],
  ['M', 'merge with the next'],
  ['Ctrl+Z', 'undo'],
];

function keyHelp(): HTMLElement[] {
  return [
    ...help.map(([name, what]) => element('span', {}, element('kbd', {}, name), ` ${what}`)),
    element('span', {}, 'Drag over a panel to split it, from one to another to merge them.'),
  ];
}

function figure({ row, picture }: ShownRow): HTMLElement {
  const { columns, rows: height } = row.picture;
  const svg = vector('svg', { viewBox: `0 0 ${columns} ${height}`, class: 'panels' });
  for (const panel of row.panels) svg.append(...panelShapes(panel, row.picture));
  startDragging(svg, row);
  const image = element('img', {
    src: picture,
    alt: `Figure ${row.figure ?? ''} of ${row.document.key}`,
    draggable: 'false',
    // Set before the picture loads, so that nothing jumps.
    width: String(columns),
    height: String(height),
  });
  const stage = element('div', { class: 'stage' }, image);
  // Small pictures are enlarged; tall ones leave room for the caption.
  const wide = Math.max(columns, Math.min(720, 3 * columns));
  stage.style.width = `min(100%, ${wide}px, ${(52 * columns) / height}vh)`;
  stage.append(svg);
  return element(
    'section',
    { class: 'figure', 'data-row': row.id },
    element('h1', {}, row.document.title ?? row.document.file),
    element(
      'p',
      { class: 'quiet' },
      `${row.document.file}, page ${row.page}, `,
      element('span', { class: `state ${row.state}` }, row.state),
    ),
    stage,
    element(
      'div',
      { class: 'actions' },
      action('Accept', 'A', 'accept'),
      action('Skip', 'S', 'skip'),
      action('Open again', 'O', 'reopen'),
    ),
    caption(row),
    panelList(row),
  );
}

/** The page with the figure's position, and what is known about the patient and the scan. */
function side({ row, page }: ShownRow): HTMLElement {
  const aside = element('aside', { class: 'side' });
  if (row.pageView && page !== null) {
    const { columns, rows: height, figure: place } = row.pageView;
    const sheet = element('div', { class: 'sheet' });
    sheet.append(
      element('img', {
        src: page,
        alt: `Page ${row.page}`,
        width: String(columns),
        height: String(height),
      }),
    );
    const svg = vector('svg', { viewBox: `0 0 ${columns} ${height}` });
    const { left, top, columns: w, rows: h } = place;
    svg.append(
      vector('rect', { x: left - 6, y: top - 6, width: w + 12, height: h + 12, class: 'place' }),
    );
    sheet.append(svg);
    sheet.addEventListener('click', () => sheet.classList.toggle('large'));
    aside.append(sheet);
  }
  aside.append(facts(row));
  return aside;
}

const factNames = ['age', 'sex', 'location', 'history', 'time', 'severity', 'report'];

function facts(row: ReviewRow): HTMLElement {
  const panel = target() ?? row.panels.find(({ kind }) => kind === 'axial-ct');
  const list = element('dl', { class: 'facts' });
  if (!panel) return list;
  for (const name of factNames) {
    const value = panel.metadata[name] ?? null;
    const evidence = panel.metadataEvidence[name];
    list.append(
      element('dt', {}, name),
      element(
        'dd',
        value === null ? { class: 'quiet' } : { title: evidence ? `“${evidence.text}”` : '' },
        value === null ? '–' : String(value),
        ...(evidence ? [element('small', {}, ` ${evidence.source}`)] : []),
      ),
    );
  }
  return list;
}

/** A panel's outline, and its letter and label in its corner. */
function panelShapes(
  panel: ReviewPanel,
  picture: { readonly columns: number; readonly rows: number },
): SVGElement[] {
  const { left, top, columns: w, rows: h } = panel.box;
  const isSelected = panel.id === selected;
  const kind = `${panel.kind} ${panel.label}${isSelected ? ' selected' : ''}`;
  const outline = vector('rect', {
    x: left,
    y: top,
    width: w,
    height: h,
    class: kind,
    'data-panel': panel.id,
  });
  if (panel.kind !== 'axial-ct') return [outline];
  const size = Math.max(9, Math.min(picture.columns / 36, h / 7, w / 7));
  const text = `${panel.letter ?? ''} ${words[panel.label]}`.trim();
  return [
    outline,
    vector('rect', {
      x: left,
      y: top,
      width: Math.min(w, (0.58 * text.length + 1) * size),
      height: 1.5 * size,
      class: `tag ${panel.label}`,
    }),
    vector(
      'text',
      { x: left + 0.45 * size, y: top + 1.08 * size, 'font-size': size, class: 'tag-text' },
      text,
    ),
  ];
}

/** What words are evidence for: the label, or a fact such as the age. */
type Marks = ReadonlyMap<string, 'label' | 'fact'>;

/**
 * The caption with the evidence of the selected panel marked, or of all panels if none is selected; then the sentences
 * of the text that cite the figure. The report is a whole sentence, which would hide the words in it.
 */
function caption(row: ReviewRow): HTMLElement {
  const chosen = row.panels.filter(({ id }) => selected === '' || id === selected);
  const marks: Marks = new Map([
    ...chosen.flatMap(({ metadataEvidence }) =>
      Object.entries(metadataEvidence)
        .filter(([name]) => name !== 'report')
        .map(([, { text }]) => [text, 'fact'] as const),
    ),
    ...chosen.flatMap(({ evidence }) => evidence.map(({ text }) => [text, 'label'] as const)),
  ]);
  const text = element(
    'div',
    { class: 'words' },
    element('p', { class: 'caption' }, ...marked(row.caption ?? 'No caption was found.', marks)),
  );
  if (row.citing.length > 0) {
    text.append(
      element('h2', {}, 'In the text'),
      ...row.citing.map((sentence) => element('p', { class: 'cited' }, ...marked(sentence, marks))),
    );
  }
  return text;
}

function marked(text: string, marks: Marks): (Node | string)[] {
  const spans = [...marks]
    .filter(([words]) => words.length > 1)
    .map(([words, kind]) => ({ start: text.indexOf(words), length: words.length, kind }))
    .filter(({ start }) => start >= 0)
    .sort((a, b) => a.start - b.start);
  const parts: (Node | string)[] = [];
  let at = 0;
  for (const { start, length, kind } of spans) {
    if (start < at) continue;
    const words = text.slice(start, start + length);
    parts.push(text.slice(at, start), element('mark', { class: kind }, words));
    at = start + length;
  }
  parts.push(text.slice(at));
  return parts;
}

function panelList(row: ReviewRow): HTMLElement {
  const list = element('ul', { class: 'panel-list', 'aria-label': 'Panels' });
  for (const panel of row.panels) {
    const isSlice = panel.kind === 'axial-ct';
    const button = element(
      'button',
      { type: 'button', 'aria-pressed': String(panel.id === selected), 'data-panel': panel.id },
      element('span', { class: `dot ${isSlice ? panel.label : 'other'}` }),
      `${panel.letter ?? panel.id}: ${isSlice ? words[panel.label] : panel.kind}`,
      element('small', {}, ` ${Math.round(panel.confidence * 100)} %, ${panel.decidedBy}`),
    );
    button.addEventListener('click', () => {
      selected = panel.id === selected ? '' : panel.id;
      render();
    });
    const evidence = panel.evidence[0];
    const reason = evidence
      ? `“${evidence.text}” in the ${evidence.source.replace('-', ' ')} (${evidence.rule})`
      : isSlice
        ? 'the text says nothing about it'
        : '';
    list.append(element('li', {}, button, element('span', { class: 'quiet' }, reason)));
  }
  return list;
}

function action(text: string, key: string, type: 'accept' | 'skip' | 'reopen'): HTMLButtonElement {
  const button = element('button', { type: 'button' }, text, ' ', element('kbd', {}, key));
  button.addEventListener('click', () => {
    decide(type);
  });
  return button;
}

interface Place {
  readonly panel: ReviewPanel;
  readonly x: number;
  readonly y: number;
}

/** The effect of a drag: joins two panels, cuts one, or only selects it. */
type Drag =
  | { readonly type: 'merge'; readonly panels: readonly [ReviewPanel, ReviewPanel] }
  | { readonly type: 'split'; readonly direction: 'horizontal' | 'vertical'; readonly at: number }
  | { readonly type: 'select' };

function dragOf(from: Place, to: Place): Drag {
  if (from.panel.id !== to.panel.id) return { type: 'merge', panels: [from.panel, to.panel] };
  const [dx, dy] = [Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
  const { columns, rows: height } = from.panel.box;
  if (dx < 0.3 * columns && dy < 0.3 * height) return { type: 'select' };
  return dy > dx
    ? { type: 'split', direction: 'vertical', at: (from.x + to.x) / 2 }
    : { type: 'split', direction: 'horizontal', at: (from.y + to.y) / 2 };
}

/** A drag inside one panel cuts it; a drag from one to another joins them. Previews the effect meanwhile. */
function startDragging(svg: SVGSVGElement, row: ReviewRow): void {
  let from: Place | undefined;
  const preview = vector('g', { class: 'preview' });
  svg.append(preview);
  const place = (event: PointerEvent): Place | undefined => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * row.picture.columns;
    const y = ((event.clientY - box.top) / box.height) * row.picture.rows;
    const panel = [...row.panels]
      .reverse()
      .find(
        ({ box: { left, top, columns, rows: height } }) =>
          x >= left && x < left + columns && y >= top && y < top + height,
      );
    return panel && { panel, x, y };
  };
  svg.addEventListener('pointerdown', (event) => {
    from = place(event);
    if (from) svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener('pointermove', (event) => {
    const to = from && place(event);
    preview.replaceChildren(...(from && to ? previewShapes(dragOf(from, to), from.panel) : []));
  });
  svg.addEventListener('pointercancel', () => {
    from = undefined;
    preview.replaceChildren();
  });
  svg.addEventListener('pointerup', (event) => {
    const [start, to] = [from, place(event)];
    from = undefined;
    preview.replaceChildren();
    if (!start || !to) return;
    const drag = dragOf(start, to);
    const { id } = start.panel;
    if (drag.type === 'select') {
      selected = id === selected ? '' : id;
      render();
    } else if (drag.type === 'merge') {
      host.postMessage({ type: 'merge', id: row.id, panels: drag.panels.map((p) => p.id) });
    } else {
      host.postMessage({ ...drag, id: row.id, panel: id });
    }
  });
}

function previewShapes(drag: Drag, { box }: ReviewPanel): SVGElement[] {
  switch (drag.type) {
    case 'select':
      return [];
    case 'merge':
      return drag.panels.map(({ box: { left, top, columns, rows: height } }) =>
        vector('rect', { x: left, y: top, width: columns, height, class: 'joined' }),
      );
    case 'split': {
      const { left, top, columns, rows: height } = box;
      const line =
        drag.direction === 'vertical'
          ? { x1: drag.at, x2: drag.at, y1: top, y2: top + height }
          : { x1: left, x2: left + columns, y1: drag.at, y2: drag.at };
      return [vector('line', { ...line, class: 'cut' })];
    }
    default:
      return drag satisfies never;
  }
}

function decide(type: 'accept' | 'skip' | 'reopen'): void {
  if (current === '') return;
  const id = current;
  failure = '';
  host.postMessage({ type, id });
  if (type !== 'reopen') move(1);
}

function move(by: 1 | -1): void {
  const at = order.indexOf(current) + by;
  const id = order[at];
  if (id !== undefined) go(id);
}

function go(id: string): void {
  current = id;
  selected = '';
  host.setState({ current });
  render();
}

function nextPanel(by: 1 | -1): void {
  const panels = shown()?.row.panels ?? [];
  if (panels.length === 0) return;
  const at = panels.findIndex(({ id }) => id === selected);
  selected = panels[(at + by + panels.length) % panels.length]!.id;
  render();
}

/** The panel that a key applies to: the selected one, else the only slice. */
function target(): ReviewPanel | undefined {
  const panels = shown()?.row.panels ?? [];
  const slices = panels.filter(({ kind }) => kind === 'axial-ct');
  return (
    panels.find(({ id }) => id === selected) ??
    (slices.length === 1 ? slices[0] : panels.length === 1 ? panels[0] : undefined)
  );
}

function label(value: 'positive' | 'negative' | 'unsure' | 'not-ct'): void {
  const row = shown()?.row;
  if (!row) return;
  const panel = target();
  // Without a selection a label applies to all slices of the figure.
  const panels = panel ? [panel] : row.panels.filter(({ kind }) => kind === 'axial-ct');
  for (const { id } of panels)
    host.postMessage({ type: 'label', id: row.id, panel: id, label: value });
}

function split(direction: 'horizontal' | 'vertical'): void {
  const [row, panel] = [shown()?.row, target()];
  if (!row || !panel) return;
  const { left, top, columns, rows: height } = panel.box;
  const at = direction === 'vertical' ? left + columns / 2 : top + height / 2;
  host.postMessage({ type: 'split', id: row.id, panel: panel.id, direction, at });
}

function merge(): void {
  const row = shown()?.row;
  const at = row?.panels.findIndex(({ id }) => id === selected) ?? -1;
  const [a, b] = [row?.panels[at], row?.panels[at + 1]];
  if (row && a && b) host.postMessage({ type: 'merge', id: row.id, panels: [a.id, b.id] });
}

const keys: Readonly<Record<string, () => void>> = {
  a: () => {
    decide('accept');
  },
  s: () => {
    decide('skip');
  },
  o: () => {
    decide('reopen');
  },
  j: () => {
    move(1);
  },
  k: () => {
    move(-1);
  },
  ArrowRight: () => {
    nextPanel(1);
  },
  ArrowLeft: () => {
    nextPanel(-1);
  },
  Escape: () => {
    selected = '';
    render();
  },
  ArrowDown: () => {
    move(1);
  },
  ArrowUp: () => {
    move(-1);
  },
  1: () => {
    label('positive');
  },
  2: () => {
    label('negative');
  },
  3: () => {
    label('unsure');
  },
  x: () => {
    label('not-ct');
  },
  v: () => {
    split('vertical');
  },
  h: () => {
    split('horizontal');
  },
  m: merge,
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Tab') {
    event.preventDefault();
    nextPanel(event.shiftKey ? -1 : 1);
    return;
  }
  const run = keys[event.key] ?? keys[event.key.toLowerCase()];
  if (!run) return;
  event.preventDefault();
  run();
});

window.addEventListener('message', ({ data }: MessageEvent<ToReview>) => {
  switch (data.type) {
    case 'rows':
      rows = new Map(data.rows.map((view) => [view.row.id, view]));
      problems = data.problems;
      orderRows();
      render();
      return;
    case 'changed': {
      const changed = new Map(rows);
      for (const view of data.rows) changed.set(view.row.id, view);
      // A row whose id was edited by hand: its earlier state is unknown here.
      if (changed.size > rows.size) {
        host.postMessage({ type: 'ready' });
        return;
      }
      rows = changed;
      render();
      return;
    }
    case 'failed':
      failure = data.message;
      render();
      return;
    default:
      data satisfies never;
  }
});

host.postMessage({ type: 'ready' });
