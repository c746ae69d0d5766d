import { fillIn } from '../strings.js';
import { make, percent, setText } from '../ui/dom.js';
import { drawThumbnail } from './draw-thumbnail.js';
import {
  isWrong,
  nameOf,
  outcomeName,
  type GalleryActions,
  type GalleryModel,
  type GalleryPart,
} from './gallery-model.js';
import type { RowGroup } from './group-rows.js';
import { GridLayout } from './grid-layout.js';
import { isAnswer, outcomeOf, reasonOf } from './outcomes.js';
import { numberAt, wordAt } from './packed-rows.js';
import { errors, usualOrder, type SortKey } from './sort-rows.js';
import type { ThumbnailCache } from './thumbnail-cache.js';

const headingHeight = 30;
const tableLineHeight = 28;
const captionHeight = 54;
const gap = 8;
/** Pixels above and below the visible part whose lines are drawn too. */
const margin = 300;

/** What a tile of the grid shows. */
interface TileFacts {
  readonly row: number;
  readonly name: string;
  readonly verdict: string;
  /** The badge of a wrong answer; null if it is right. */
  readonly wrong: string | null;
  readonly findings: readonly string[];
  /** Starts with the path. */
  readonly title: string;
  readonly size: number;
  readonly masksVisible: boolean;
}

/** What a line of the table shows. */
interface LineFacts {
  readonly row: number;
  readonly cells: readonly (readonly [text: string, title?: string | undefined])[];
  readonly wrong: boolean;
  readonly withheld: boolean;
}

/** The grid or table of rows; only the visible ones are in the page. */
export interface RowsView extends GalleryPart {
  /** Redraws a row's picture after it has arrived. */
  refresh(row: number): void;
  /** The place that a key moves to. */
  step(place: number, key: 'left' | 'right' | 'up' | 'down' | 'pageUp' | 'pageDown'): number;
  scrollTo(place: number): void;
  focus(): void;
  /** The drawn picture of a row; undefined if it is not visible. */
  canvasOf(row: number): HTMLCanvasElement | undefined;
}

interface Drawn {
  readonly element: HTMLElement;
  readonly row: number;
  readonly canvas: HTMLCanvasElement | undefined;
  /** The tile's content: if it is the same, the element stays when other rows arrive. */
  readonly key: string;
  /** The view's state when it was last drawn. */
  generation: number;
}

export function createRowsView(
  actions: GalleryActions,
  cacheOf: () => ThumbnailCache | undefined,
): RowsView {
  const body = make('div', { class: 'rows-body' });
  const sticky = make('div', { class: 'heading sticky', attributes: { 'aria-hidden': 'true' } });
  const list = make('div', { class: 'rows', attributes: { tabindex: '0' } }, body);
  const head = make('div', { class: 'table-head', attributes: { role: 'presentation' } });
  const empty = make('p', { class: 'empty' });
  const element = make('section', { class: 'stage' }, head, sticky, list, empty);
  const drawn = new Map<number, Drawn>();
  let model: GalleryModel | undefined;
  let layout = new GridLayout([], { columns: 1, lineHeight: 1, headingHeight });
  let laidOut = '';
  let laidOutOf: unknown;
  let drawnOf: unknown[] = [];
  let generation = 0;
  let wrongness: { store: unknown; values: Float64Array } | undefined;

  const placeOf = (event: Event) => {
    const tile = (event.target as Element).closest<HTMLElement>('[data-place]');
    return tile ? Number(tile.dataset.place) : undefined;
  };
  body.addEventListener('click', (event) => {
    const place = placeOf(event);
    if (place === undefined) return;
    const mode = event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'alone';
    actions.select(place, mode);
  });
  body.addEventListener('dblclick', (event) => {
    if (placeOf(event) !== undefined) actions.open(event.altKey ? 'beside' : 'here');
  });
  body.addEventListener('contextmenu', (event) => {
    const place = placeOf(event);
    if (place === undefined || !model) return;
    if (!model.selection.chosen.has(model.shown.order[place]!)) actions.select(place, 'alone');
  });
  list.addEventListener('scroll', () => {
    head.style.translate = `${-list.scrollLeft}px`;
    draw();
  });
  new ResizeObserver(() => {
    if (model) update(model);
  }).observe(list);

  function update(next: GalleryModel): void {
    const { state, shown, strings, store } = next;
    model = next;
    const isTable = state.layout === 'table';
    const width = Math.max(1, list.clientWidth - gap);
    const columns = isTable ? 1 : Math.max(1, Math.floor(width / (state.size + gap)));
    const lineHeight = isTable ? tableLineHeight : state.size + captionHeight + gap;
    const key = `${columns} ${lineHeight}`;
    if (key !== laidOut || laidOutOf !== shown.groups) {
      layout = new GridLayout(shown.groups, { columns, lineHeight, headingHeight });
      laidOut = key;
      laidOutOf = shown.groups;
      body.style.setProperty('height', `${layout.height}px`);
    }
    element.dataset.layout = state.layout;
    head.hidden = !isTable;
    if (isTable) drawHead(head, next, actions);
    list.setAttribute('role', isTable ? 'grid' : 'listbox');
    list.setAttribute('aria-label', strings.gallery);
    list.setAttribute('aria-multiselectable', 'true');
    if (isTable) list.setAttribute('aria-rowcount', String(shown.order.length));
    else list.removeAttribute('aria-rowcount');
    empty.hidden = shown.order.length > 0;
    setText(empty, store.count === 0 ? strings.noRows : strings.empty);
    // Tiles are rebuilt when these change; scrolling and selecting only update them.
    const depends = [
      store,
      shown,
      layout,
      state.layout,
      state.size,
      state.threshold,
      state.masksVisible,
    ];
    if (!depends.every((value, at) => value === drawnOf[at])) {
      generation++;
      drawnOf = depends;
    }
    draw();
  }

  function draw(): void {
    if (!model) return;
    const { selection, shown, state } = model;
    const top = list.scrollTop;
    const lines = layout.linesBetween(top - margin, top + list.clientHeight + margin);
    const wanted = new Set<number>();
    const wantedRows = new Set<number>();
    for (const line of lines) {
      if (line.kind === 'heading') {
        wanted.add(-1 - line.group);
        const id = -1 - line.group;
        const key = headingText(model, shown.groups[line.group]!);
        const heading = known(id, key) ?? add(id, { ...headingLine(key), key, generation });
        heading.element.style.setProperty('transform', `translateY(${line.top}px)`);
        continue;
      }
      for (let at = 0; at < line.count; at++) {
        const place = line.start + at;
        const row = shown.order[place]!;
        wanted.add(place);
        wantedRows.add(row);
        let tile = drawn.get(place);
        if (tile?.generation !== generation) {
          const isTable = state.layout === 'table';
          const facts = isTable ? lineFacts(model, place) : tileFacts(model, place);
          const key = JSON.stringify(facts);
          tile = known(place, key);
          if (!tile) {
            const made = 'cells' in facts ? tableLine(facts, place) : gridTile(facts, place);
            tile = add(place, { ...made, key, generation });
          }
          const x = isTable ? 0 : gap + at * (state.size + gap);
          tile.element.style.setProperty('transform', `translate(${x}px, ${line.top}px)`);
          if (!isTable) tile.element.setAttribute('aria-setsize', String(shown.order.length));
        }
        paint(tile);
        tile.element.setAttribute('aria-selected', String(selection.chosen.has(row)));
        tile.element.toggleAttribute('data-focused', place === selection.focus);
      }
    }
    for (const [place, { element: old }] of drawn) {
      if (wanted.has(place)) continue;
      old.remove();
      drawn.delete(place);
    }
    cacheOf()?.abortExcept(wantedRows);
    const focused = drawn.get(selection.focus);
    if (focused) list.setAttribute('aria-activedescendant', focused.element.id);
    else list.removeAttribute('aria-activedescendant');
    const group = shown.groups[layout.groupAt(top)];
    sticky.hidden = !group || group.names.length === 0;
    if (group && !sticky.hidden) setText(sticky, headingText(model, group));
    element.style.setProperty('--gg-tile', `${state.size}px`);
  }

  /** The element at a place if its content is unchanged; else removes it. */
  function known(place: number, key: string): Drawn | undefined {
    const tile = drawn.get(place);
    if (tile?.key === key) {
      tile.generation = generation;
      return tile;
    }
    tile?.element.remove();
    drawn.delete(place);
    return undefined;
  }

  function add(place: number, tile: Drawn): Drawn {
    drawn.set(place, tile);
    body.append(tile.element);
    return tile;
  }

  function paint({ canvas, row, element: tile }: Drawn): void {
    if (!canvas || tile.dataset.painted === 'true' || !model) return;
    const thumbnail = cacheOf()?.get(row);
    if (!thumbnail) return;
    tile.dataset.painted = 'true';
    if (thumbnail instanceof Error) {
      tile.dataset.broken = 'true';
      tile.title = fillIn(model.strings.notReadable, thumbnail.message);
      return;
    }
    drawThumbnail(canvas, thumbnail, model.state.masksVisible);
    tile.dataset.masked = String(thumbnail.mask !== undefined && model.state.masksVisible);
  }

  function tileFacts(current: GalleryModel, place: number): TileFacts {
    const { store, shown, strings, state } = current;
    const row = shown.order[place]!;
    const label = wordAt(store.rows.label, row);
    const outcome = outcomeOf(store.outcomes(state.threshold), row);
    const probability = isAnswer(outcome) ? numberAt(store.rows.result.probability, row) : null;
    const wrong = isWrong(store, row, state.threshold) === true;
    const other = secondOf(current, row);
    const share = other?.probability ?? null;
    const second = other
      ? ` | ${[other.answer, ...(share === null ? [] : [percent(share)])].join(' ')}`
      : '';
    return {
      row,
      name: nameOf(store, row),
      // The number first: overflow is cut off at the end.
      verdict: [
        ...(probability === null ? [] : [percent(probability)]),
        `${label ?? strings.unknown} → ${outcomeName(strings, outcome)}${second}`,
      ].join(' · '),
      wrong: wrong ? `! ${strings.wrong}` : null,
      findings: wordAt(store.rows.findings, row)?.split(' ') ?? [],
      title: tooltip(current, row),
      size: state.size,
      masksVisible: state.masksVisible,
    };
  }

  function gridTile(facts: TileFacts, place: number): Omit<Drawn, 'key' | 'generation'> {
    const { row, name, verdict, wrong, findings, title } = facts;
    const canvas = make('canvas', { attributes: { 'aria-hidden': 'true' } });
    const element = make(
      'div',
      {
        class: 'tile',
        attributes: {
          id: `gg-row-${place}`,
          role: 'option',
          'aria-posinset': String(place + 1),
          'data-place': String(place),
          'data-wrong': String(wrong !== null),
          title,
        },
      },
      make('div', { class: 'picture' }, canvas),
      make(
        'div',
        { class: 'badges' },
        wrong === null ? undefined : make('span', { class: 'badge wrong' }, wrong),
        ...findings.map((rule) => make('span', { class: 'badge finding' }, rule)),
      ),
      make(
        'div',
        { class: 'caption' },
        make('div', { class: 'tile-name' }, name),
        make('div', { class: 'tile-verdict' }, verdict),
      ),
    );
    return { element, row, canvas };
  }

  function lineFacts(current: GalleryModel, place: number): LineFacts {
    const { store, shown, strings, state } = current;
    const { rows } = store;
    const row = shown.order[place]!;
    if (wrongness?.store !== store) wrongness = { store, values: errors(store) };
    const outcome = outcomeOf(store.outcomes(state.threshold), row);
    const wrong = isWrong(store, row, state.threshold) === true;
    const probability = numberAt(rows.result.probability, row);
    const withheld = !isAnswer(outcome) && probability !== null;
    const number = (value: number | null, digits = 3) => value?.toFixed(digits) ?? '';
    const other = secondOf(current, row);
    const both = (first: string, second: string) => (other ? `${first} | ${second}` : first);
    const cells: [text: string, title?: string | undefined][] = [
      [nameOf(store, row), rows.path[row]!],
      [wordAt(rows.label, row) ?? ''],
      [
        both(`${wrong ? '! ' : ''}${outcomeName(strings, outcome)}`, other?.answer ?? ''),
        reasonOf(rows.result, row) ?? undefined,
      ],
      [
        both(number(probability), number(other?.probability ?? null)),
        withheld ? strings.rawProbability : undefined,
      ],
      [number(numberAt(wrongness.values, row))],
      [number(numberAt(rows.result.lesionFraction, row))],
      [number(numberAt(rows.result.dice, row))],
      [wordAt(rows.split, row) ?? ''],
      [wordAt(rows.patient, row) ?? ''],
      [(wordAt(rows.findings, row) ?? '').replaceAll(' ', ', ')],
    ];
    return { row, cells, wrong, withheld };
  }

  function tableLine(facts: LineFacts, place: number): Omit<Drawn, 'key' | 'generation'> {
    const { row, cells, wrong, withheld } = facts;
    const element = make(
      'div',
      {
        class: 'line',
        attributes: {
          id: `gg-row-${place}`,
          role: 'row',
          'aria-rowindex': String(place + 1),
          'data-place': String(place),
          'data-wrong': String(wrong),
          'data-withheld': String(withheld),
        },
      },
      ...cells.map(([text, title]) =>
        make('div', { attributes: { role: 'gridcell', ...(title ? { title } : {}) } }, text),
      ),
    );
    return { element, row, canvas: undefined };
  }

  function headingLine(text: string): Omit<Drawn, 'key' | 'generation'> {
    const attributes = { role: 'presentation' };
    const element = make('div', { class: 'heading', attributes }, text);
    return { element, row: -1, canvas: undefined };
  }

  return {
    element,
    update,
    refresh(row) {
      for (const tile of drawn.values()) {
        if (tile.row !== row) continue;
        delete tile.element.dataset.painted;
        paint(tile);
      }
    },
    step(place, key) {
      if (key !== 'pageUp' && key !== 'pageDown') return layout.step(place, key);
      const lines = Math.max(1, Math.floor(list.clientHeight / layout.sizes.lineHeight));
      let at = place;
      for (let line = 0; line < lines; line++)
        at = layout.step(at, key === 'pageUp' ? 'up' : 'down');
      return at;
    },
    scrollTo(place) {
      if (place < 0 || place >= (model?.shown.order.length ?? 0)) return;
      const top = layout.topOf(place);
      const bottom = top + layout.sizes.lineHeight;
      // A heading that stays in sight must not cover the line.
      const above = sticky.hidden ? 0 : headingHeight;
      if (top - above < list.scrollTop) list.scrollTop = top - above;
      else if (bottom > list.scrollTop + list.clientHeight)
        list.scrollTop = bottom - list.clientHeight;
      draw();
    },
    focus() {
      list.focus({ preventScroll: true });
    },
    canvasOf(row) {
      return [...drawn.values()].find((tile) => tile.row === row)?.canvas;
    },
  };
}

function headingText({ strings }: GalleryModel, { names, count }: RowGroup): string {
  return `${names.map((name) => name ?? strings.unknown).join(' · ')} (${count})`;
}

/** The compared results' answer for a row; null if there are none. */
function secondOf(
  { store, strings }: GalleryModel,
  row: number,
): { answer: string; probability: number | null } | null {
  const outcomes = store.secondOutcomes();
  if (!outcomes || !store.rows.second) return null;
  const outcome = outcomeOf(outcomes, row);
  return {
    answer: outcomeName(strings, outcome),
    probability: isAnswer(outcome) ? numberAt(store.rows.second.probability, row) : null,
  };
}

function tooltip(model: GalleryModel, row: number): string {
  const { store, strings, state } = model;
  const { rows } = store;
  const outcome = outcomeOf(store.outcomes(state.threshold), row);
  const reason = reasonOf(rows.result, row);
  const parts: [string, string | null][] = [
    [strings.columnLabel, wordAt(rows.label, row)],
    [strings.columnAnswer, outcomeName(strings, outcome) + (reason === null ? '' : ` (${reason})`)],
    [fillIn(strings.ofSecond, strings.columnAnswer), secondOf(model, row)?.answer ?? null],
    [strings.columnLesionFraction, numberAt(rows.result.lesionFraction, row)?.toFixed(3) ?? null],
    [strings.columnDice, numberAt(rows.result.dice, row)?.toFixed(3) ?? null],
    [strings.columnSplit, wordAt(rows.split, row)],
    [strings.columnPatient, wordAt(rows.patient, row)],
    [strings.columnFindings, wordAt(rows.findings, row)],
  ];
  return [
    rows.path[row]!,
    ...parts.flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`])),
  ].join('\n');
}

function drawHead(
  head: HTMLElement,
  { strings, state, store }: GalleryModel,
  actions: GalleryActions,
): void {
  const isComparing = store.rows.second !== null;
  const both = (name: string) => (isComparing ? fillIn(strings.ofBoth, name) : name);
  const columns: [string, SortKey | undefined][] = [
    [strings.columnName, 'name'],
    [strings.columnLabel, undefined],
    [both(strings.columnAnswer), undefined],
    [both(strings.columnProbability), 'probability'],
    [strings.columnError, 'error'],
    [strings.columnLesionFraction, 'lesionFraction'],
    [strings.columnDice, 'dice'],
    [strings.columnSplit, undefined],
    [strings.columnPatient, undefined],
    [strings.columnFindings, undefined],
  ];
  const { key: sorted, descending } = state.sort;
  const mark = `${sorted} ${descending} ${isComparing}`;
  if (head.dataset.sorted === mark) return;
  head.dataset.sorted = mark;
  head.replaceChildren(
    ...columns.map(([name, key]) => {
      if (!key) return make('span', {}, name);
      const arrow = sorted === key ? (descending ? ' ↓' : ' ↑') : '';
      return make(
        'button',
        {
          attributes: { type: 'button' },
          on: {
            click: () => {
              actions.change(({ sort }) => ({
                sort: sort.key === key ? { key, descending: !sort.descending } : usualOrder(key),
              }));
            },
          },
        },
        `${name}${arrow}`,
      );
    }),
  );
}
