import { uncertainFirst, type ReviewPanel, type ReviewRow } from '@groundglass/papers/review';
import type { FromReview, ShownRow, ToReview } from '../review/review-protocol.js';

declare function acquireVsCodeApi(): {
  postMessage(message: FromReview): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const host = acquireVsCodeApi();
const main = document.querySelector('main')!;
let rows: readonly ShownRow[] = [];
let problems: readonly string[] = [];
/** The row in front, by its id, so that it stays there when the file changes. */
let current = (host.getState() as { current?: string } | undefined)?.current ?? '';
let selected = '';
let failure = '';
let order: readonly string[] = [];

const words: Readonly<Record<ReviewPanel['label'], string>> = {
  positive: 'Positive',
  negative: 'Negative',
  unsure: 'Unsure',
};

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function shown(): ShownRow | undefined {
  return rows.find(({ row }) => row.id === current);
}

/** The order is made once: a decided row stays where it was while the person goes on. */
function orderRows(): void {
  const known = new Set(order);
  const fresh = uncertainFirst(rows.map(({ row }) => row))
    .map(({ id }) => id)
    .filter((id) => !known.has(id));
  order = [...order.filter((id) => rows.some(({ row }) => row.id === id)), ...fresh];
  if (!rows.some(({ row }) => row.id === current)) current = firstOpen() ?? order[0] ?? '';
}

function firstOpen(): string | undefined {
  return order.find((id) =>
    rows.some(({ row }) => row.id === id && row.state === 'open' && needsPerson(row)),
  );
}

function needsPerson({ panels }: ReviewRow): boolean {
  return panels.some(({ kind }) => kind === 'axial-ct');
}

function render(): void {
  const view = shown();
  const open = rows.filter(({ row }) => row.state === 'open' && needsPerson(row)).length;
  main.replaceChildren(
    element(
      'header',
      {},
      element(
        'strong',
        { class: 'open-count', role: 'status' },
        `${open} of ${rows.length} figures wait`,
      ),
      ...problems.map((problem) => element('p', { class: 'problem' }, `Line ${problem}`)),
      ...(failure === '' ? [] : [element('p', { class: 'problem', role: 'alert' }, failure)]),
    ),
    element(
      'div',
      { class: 'columns' },
      queue(),
      view ? figure(view) : element('p', {}, 'There is nothing to review in this file.'),
    ),
    element(
      'footer',
      {},
      'A accept · S skip · O open again · 1 positive · 2 negative · 3 unsure · X no CT slice · Tab next panel · J and K next and previous figure · V and H split · M merge with the next · drag over a panel to split it, from one to another to merge them',
    ),
  );
  main.querySelector('.queue [aria-current=true]')?.scrollIntoView({ block: 'nearest' });
}

function queue(): HTMLElement {
  const list = element('ol', { class: 'queue', 'aria-label': 'Figures, least sure first' });
  for (const id of order) {
    const row = rows.find((candidate) => candidate.row.id === id)?.row;
    if (!row) continue;
    const button = element(
      'button',
      { type: 'button', class: row.state, 'aria-current': String(id === current) },
      `${row.document.key} p. ${row.page}${row.figure === null ? '' : `, fig. ${row.figure}`}`,
      element('small', {}, ` ${row.state}`),
    );
    button.addEventListener('click', () => {
      go(id);
    });
    list.append(element('li', {}, button));
  }
  return list;
}

function figure({ row, picture }: ShownRow): HTMLElement {
  const { columns, rows: height } = row.picture;
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', `0 0 ${columns} ${height}`);
  svg.setAttribute('class', 'panels');
  for (const panel of row.panels) svg.append(panelShape(panel, columns));
  startDragging(svg, row);
  const image = element('img', {
    src: picture,
    alt: `Figure ${row.figure ?? ''} of ${row.document.key}`,
    draggable: 'false',
  });
  const stage = element('div', { class: 'stage' }, image);
  stage.append(svg);
  return element(
    'section',
    { class: 'figure' },
    element('h1', {}, row.document.title ?? row.document.file),
    element('p', { class: 'where' }, `${row.document.file}, page ${row.page}, ${row.state}`),
    stage,
    caption(row),
    panelList(row),
    element(
      'div',
      { class: 'actions' },
      action('Accept (A)', 'accept'),
      action('Skip (S)', 'skip'),
      action('Open again (O)', 'reopen'),
    ),
  );
}

function panelShape(panel: ReviewPanel, columns: number): SVGElement {
  const group = document.createElementNS('http://www.w3.org/2000/svg', 'g');
  const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  const { left, top, columns: w, rows: h } = panel.box;
  for (const [name, value] of Object.entries({ x: left, y: top, width: w, height: h })) {
    rect.setAttribute(name, String(value));
  }
  rect.setAttribute('data-panel', panel.id);
  rect.setAttribute(
    'class',
    `${panel.kind} ${panel.label}${panel.id === selected ? ' selected' : ''}`,
  );
  rect.setAttribute('stroke-width', String(columns / 250));
  group.append(rect);
  return group;
}

/** The caption with the words of the selected panel's evidence marked, or of all panels' where none is selected. */
function caption(row: ReviewRow): HTMLElement {
  const chosen = row.panels.filter(({ id }) => selected === '' || id === selected);
  const marks = new Set(
    chosen
      .flatMap((panel) => [...panel.evidence, ...Object.values(panel.metadataEvidence)])
      .map(({ text }) => text),
  );
  const paragraph = element('p', { class: 'caption' });
  const texts = [row.caption ?? 'No caption was found.', ...row.citing];
  for (const [i, text] of texts.entries()) {
    if (i > 0) paragraph.append(element('br'));
    paragraph.append(...marked(text, marks));
  }
  return paragraph;
}

function marked(text: string, marks: ReadonlySet<string>): (Node | string)[] {
  const spans = [...marks]
    .filter((mark) => mark.length > 1)
    .map((mark) => ({ start: text.indexOf(mark), length: mark.length }))
    .filter(({ start }) => start >= 0)
    .sort((a, b) => a.start - b.start);
  const parts: (Node | string)[] = [];
  let at = 0;
  for (const { start, length } of spans) {
    if (start < at) continue;
    parts.push(text.slice(at, start), element('mark', {}, text.slice(start, start + length)));
    at = start + length;
  }
  parts.push(text.slice(at));
  return parts;
}

function panelList(row: ReviewRow): HTMLElement {
  const list = element('ul', { class: 'panel-list' });
  for (const panel of row.panels) {
    const button = element(
      'button',
      { type: 'button', 'aria-pressed': String(panel.id === selected), 'data-panel': panel.id },
      `${panel.letter ?? panel.id}: ${panel.kind === 'axial-ct' ? words[panel.label] : panel.kind}`,
      element('small', {}, ` ${Math.round(panel.confidence * 100)} %, ${panel.decidedBy}`),
    );
    button.addEventListener('click', () => {
      selected = panel.id === selected ? '' : panel.id;
      render();
    });
    const evidence = panel.evidence[0];
    list.append(
      element(
        'li',
        {},
        button,
        ...(evidence
          ? [
              element(
                'span',
                { class: 'evidence' },
                ` “${evidence.text}” in ${evidence.source} (${evidence.rule})`,
              ),
            ]
          : []),
      ),
    );
  }
  return list;
}

function action(text: string, type: 'accept' | 'skip' | 'reopen'): HTMLButtonElement {
  const button = element('button', { type: 'button' }, text);
  button.addEventListener('click', () => {
    decide(type);
  });
  return button;
}

/** A drag inside one panel cuts it across; a drag from one to another joins them. */
function startDragging(svg: SVGSVGElement, row: ReviewRow): void {
  let from: { panel: string; x: number; y: number } | undefined;
  const place = (event: PointerEvent): { panel: string; x: number; y: number } | undefined => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * row.picture.columns;
    const y = ((event.clientY - box.top) / box.height) * row.picture.rows;
    const hit = [...row.panels]
      .reverse()
      .find(
        ({ box: { left, top, columns, rows: height } }) =>
          x >= left && x < left + columns && y >= top && y < top + height,
      );
    return hit && { panel: hit.id, x, y };
  };
  svg.addEventListener('pointerdown', (event) => {
    from = place(event);
  });
  svg.addEventListener('pointerup', (event) => {
    const to = place(event);
    const start = from;
    from = undefined;
    if (!start || !to) return;
    if (start.panel !== to.panel) {
      host.postMessage({ type: 'merge', id: row.id, panels: [start.panel, to.panel] });
      return;
    }
    const [dx, dy] = [Math.abs(to.x - start.x), Math.abs(to.y - start.y)];
    const panel = row.panels.find(({ id }) => id === start.panel)!;
    if (dx < 0.3 * panel.box.columns && dy < 0.3 * panel.box.rows) {
      selected = start.panel === selected ? '' : start.panel;
      render();
    } else if (dy > dx) {
      host.postMessage({
        type: 'split',
        id: row.id,
        panel: start.panel,
        direction: 'vertical',
        at: (start.x + to.x) / 2,
      });
    } else {
      host.postMessage({
        type: 'split',
        id: row.id,
        panel: start.panel,
        direction: 'horizontal',
        at: (start.y + to.y) / 2,
      });
    }
  });
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

/** The panel that a key is meant for: the selected one, else the only slice. */
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
  // Without a selection a label is meant for all slices of the figure.
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
      rows = data.rows;
      problems = data.problems;
      orderRows();
      render();
      return;
    case 'failed':
      failure = data.message;
      render();
      return;
    default:
      data satisfies never;
  }
});

host.postMessage({ type: 'ready' });
