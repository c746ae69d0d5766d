import { describe, expect, test } from 'vitest';
import { countFacet, emptyFilter, filterRows, noValue } from './filter-rows.js';
import { fuzzyMatcher } from './fuzzy-match.js';
import { all, result, row, storeOf } from './gallery-rows.fixture.js';
import { defaultGalleryState, parseGalleryState } from './gallery-state.js';
import { GridLayout } from './grid-layout.js';
import { groupRows } from './group-rows.js';
import { naturalOrder } from './natural-order.js';
import { failure, noAnswer, unscored } from './outcomes.js';
import { rowsToCsv } from './rows-to-csv.js';
import { compareResults, confusionTable, summarizeScores } from './score-summary.js';
import { emptySelection, select } from './selection.js';
import { sortRows, usualOrder, type SortKey } from './sort-rows.js';

const rows = [
  row('train/p10.png', {
    label: 'covid',
    split: 'train',
    patient: 'a',
    result: result(0.9, { lesionFraction: 0.3 }),
  }),
  row('test/p2.png', {
    label: 'covid',
    split: 'test',
    patient: 'b',
    result: result(0.2),
    findings: ['leak', 'duplicate'],
  }),
  row('test/P1.jpg', {
    label: 'normal',
    split: 'test',
    patient: 'c',
    format: 'jpeg',
    result: result(0.7),
  }),
  row('test/p3.png', { label: 'normal', split: 'test', patient: 'c', result: result(0.1) }),
  row('test/p4.png', {
    label: 'normal',
    split: 'test',
    result: result(0.99, { label: null, withheld: ['NO_LUNG'] }),
  }),
  row('test/p5.png', { label: 'covid', split: 'test', result: result(null, { error: 'gone' }) }),
  row('val/p6.png', { split: 'val', result: result(0.6) }),
  row('val/p7.png', { label: 'covid', split: 'val' }),
];
const store = storeOf(rows);
const paths = (found: Uint32Array) => [...found].map((at) => rows[at]!.path);

describe('filter', () => {
  const filter = (more: object) => filterRows(store, { ...emptyFilter, ...more }, null);

  test('without filters every row is shown', () => {
    expect(filter({})).toEqual(all(store));
  });

  test('facets narrow each other, values of one facet add up', () => {
    expect(paths(filter({ facets: { split: ['val', 'train'], label: ['covid'] } }))).toEqual([
      'train/p10.png',
      'val/p7.png',
    ]);
  });

  test('a row is found by each of its findings, and rows without any by "none"', () => {
    expect(paths(filter({ facets: { finding: ['duplicate'] } }))).toEqual(['test/p2.png']);
    expect(filter({ facets: { finding: [noValue] } })).toHaveLength(7);
  });

  test('a cell of the matrix shows the rows that it counts', () => {
    const { labels, outcomes, counts } = confusionTable(store, all(store), null);
    for (const [line, label] of labels.entries()) {
      for (const [column, outcome] of outcomes.entries()) {
        expect(filter({ cell: { label, outcome } })).toHaveLength(counts[line]![column]!);
      }
    }
  });

  test('a label that no row has finds none, not those without a label', () => {
    expect(filter({ cell: { label: 'tumour', outcome: 'covid' } })).toHaveLength(0);
  });

  test('counts of a facet are of its values, most first', () => {
    expect(countFacet(store, all(store), 'split', null)).toEqual([
      ['test', 5],
      ['val', 2],
      ['train', 1],
    ]);
    expect(countFacet(store, all(store), 'finding', null)).toEqual([
      [noValue, 7],
      ['duplicate', 1],
      ['leak', 1],
    ]);
  });
});

describe('text filter', () => {
  test.each([
    ['covid p2', 'ct_covid/p2.png', true],
    ['p2 covid', 'ct_covid/p2.png', true],
    ['ctcov', 'ct_covid/p2.png', true],
    ['kjr29', 'ct_covid/kjr-21-e24-p5-29.png', false],
    ['kjr24', 'ct_covid/kjr-21-e24-p5-29.png', true],
    ['zz', 'ct_covid/p2.png', false],
    ['', 'anything', true],
  ])('"%s" in "%s": %s', (query, text, found) => {
    expect(fuzzyMatcher(query)(text)).toBe(found);
  });
});

describe('order', () => {
  test('names are in natural order', () => {
    expect(['p10', 'P2', 'p1', 'a/b', 'ab', 'p01'].sort(naturalOrder)).toEqual([
      'a/b',
      'ab',
      'p01',
      'p1',
      'P2',
      'p10',
    ]);
  });

  test.each<[SortKey, string[]]>([
    [
      'name',
      [
        'test/P1.jpg',
        'test/p2.png',
        'test/p3.png',
        'test/p4.png',
        'test/p5.png',
        'train/p10.png',
        'val/p6.png',
        'val/p7.png',
      ],
    ],
    // |label - p|: p2 0.8, P1 0.7, then p10 and p3 0.1 in the file's order up to rounding; no answer, no error.
    [
      'error',
      [
        'test/p2.png',
        'test/P1.jpg',
        'test/p3.png',
        'train/p10.png',
        'test/p4.png',
        'test/p5.png',
        'val/p6.png',
        'val/p7.png',
      ],
    ],
    ['lesionFraction', ['train/p10.png', ...rows.slice(1).map(({ path }) => path)]],
  ])('by %s, rows without a value last', (key, expected) => {
    expect(paths(sortRows(store, all(store), usualOrder(key)))).toEqual(expected);
  });

  test('reversed, rows without a value are still last', () => {
    const reversed = sortRows(store, all(store), { key: 'error', descending: false });
    expect(paths(reversed).slice(-4)).toEqual([
      'test/p4.png',
      'test/p5.png',
      'val/p6.png',
      'val/p7.png',
    ]);
  });

  test('headings come train, val, test, each with its rows in the sorted order', () => {
    const { order, groups } = groupRows(store, all(store), 'split');
    expect(groups.map(({ names, count }) => [names[0], count])).toEqual([
      ['train', 1],
      ['val', 2],
      ['test', 5],
    ]);
    expect([...order]).toEqual([0, 6, 7, 1, 2, 3, 4, 5]);
  });
});

describe('scores', () => {
  test('rows without an answer are counted and excluded from every score', () => {
    const summary = summarizeScores(store, all(store), null);
    expect(summary).toMatchObject({
      total: 8,
      answered: 5,
      withheld: 1,
      failed: 1,
      unscored: 1,
      unlabelled: 1,
      // Right: p10 and p3; wrong: p2 and P1.
      accuracy: { hits: 2, total: 4 },
      sensitivity: { hits: 1, total: 2 },
      specificity: { hits: 1, total: 2 },
    });
    // Pairs of (0.9, 0.2) with (0.7, 0.1): three of four are won.
    expect(summary.auc!.auc).toBe(0.75);
  });

  test('another threshold changes answers, but never shows one that was withheld', () => {
    const { labels, outcomes, counts } = confusionTable(store, all(store), 0.15);
    const at = (label: string | null, outcome: string) =>
      counts[labels.indexOf(label)]![outcomes.indexOf(outcome)];
    expect(at('covid', 'covid')).toBe(2);
    expect(at('normal', 'covid')).toBe(1);
    expect(at('normal', noAnswer)).toBe(1);
    expect(at('covid', failure)).toBe(1);
    expect(at('covid', unscored)).toBe(1);
    expect(at(null, 'covid')).toBe(1);
  });

  test('of three classes one is positive and the others are not', () => {
    const three = storeOf(
      [
        row('a', { label: 'tumour', result: result(0.9) }),
        row('b', { label: 'benign', result: result(0.1) }),
        row('c', { label: 'normal', result: result(0.8) }),
      ],
      { labels: ['normal', 'benign', 'tumour'], positive: 'tumour' },
    );
    const summary = summarizeScores(three, all(three), null);
    expect(summary.accuracy).toMatchObject({ hits: 2, total: 3 });
    expect(confusionTable(three, all(three), null).labels).toEqual(['normal', 'benign', 'tumour']);
  });

  test('nothing scored gives no score, and no error', () => {
    const none = storeOf([row('a', { label: 'covid' })], { model: null });
    expect(summarizeScores(none, all(none), null)).toMatchObject({
      auc: null,
      roc: null,
      unscored: 1,
    });
  });
});

test('two results files are compared on the rows that both answer', () => {
  const second = { name: 'n', labels: ['non-covid', 'covid'], positive: 'covid', threshold: 0.5 };
  const pairs: [string, number, number][] = [
    ['covid', 0.9, 0.3],
    ['covid', 0.7, 0.95],
    ['normal', 0.2, 0.1],
    ['normal', 0.4, 0.6],
  ];
  const both = storeOf(
    [
      ...pairs.map(([label, p, q], at) =>
        row(`p${at}`, { label, result: result(p), second: result(q) }),
      ),
      row('one', {
        label: 'covid',
        result: result(0.9),
        second: result(0.9, { label: null, withheld: ['NOT_CT'] }),
      }),
    ],
    { second },
  );
  const comparison = compareResults(both, all(both), null)!;
  expect(comparison).toMatchObject({ common: 4, onlyOne: 1, differing: 3 });
  // Only the first is right for p0 and p3, only the second for none: p = 2 * (1/2)^2.
  expect(comparison.mcnemar).toMatchObject({
    onlyFirstCorrect: 2,
    onlySecondCorrect: 0,
    exactPValue: 0.5,
  });
  expect(comparison.delong).toMatchObject({ firstAuc: 1, secondAuc: 0.75 });
  // Two different answers, then an answer against none, then the rest by distance.
  expect([...sortRows(both, all(both), usualOrder('difference'))]).toEqual([0, 3, 4, 1, 2]);
  expect([...filterRows(both, { ...emptyFilter, isDifferent: true }, null)]).toEqual([0, 3, 4]);
});

describe('selection', () => {
  const rowAt = (place: number) => 100 + place;
  const at = (places: number[]) => new Set(places.map(rowAt));

  test('a range goes from where the last click was, whichever way', () => {
    const first = select(emptySelection, 4, 'alone', rowAt);
    expect(select(first, 2, 'range', rowAt).chosen).toEqual(at([2, 3, 4]));
    expect(select(select(first, 2, 'range', rowAt), 6, 'range', rowAt).chosen).toEqual(
      at([4, 5, 6]),
    );
  });

  test('Control adds and removes', () => {
    const first = select(emptySelection, 4, 'alone', rowAt);
    const two = select(first, 7, 'toggle', rowAt);
    expect(two.chosen).toEqual(at([4, 7]));
    expect(select(two, 4, 'toggle', rowAt).chosen).toEqual(at([7]));
  });
});

describe('grid', () => {
  // 5 and 2 tiles in 3 columns of height 100 under headings of 30: 30 + 200, 30 + 100.
  const groups = [
    { names: ['a'], start: 0, count: 5 },
    { names: ['b'], start: 5, count: 2 },
  ];
  const layout = new GridLayout(groups, { columns: 3, lineHeight: 100, headingHeight: 30 });

  test('is as high as its lines and headings', () => {
    expect(layout.height).toBe(360);
    expect(layout.topOf(4)).toBe(130);
    expect(layout.topOf(5)).toBe(260);
  });

  test('only visible lines are created', () => {
    expect(layout.linesBetween(140, 235)).toEqual([
      { kind: 'heading', group: 0, top: 0 },
      { kind: 'tiles', top: 130, start: 3, count: 2 },
      { kind: 'heading', group: 1, top: 230 },
    ]);
  });

  test('the arrow down keeps its column over a shorter line and a heading', () => {
    expect(layout.step(1, 'down')).toBe(4);
    expect(layout.step(2, 'down')).toBe(4);
    expect(layout.step(4, 'down')).toBe(6);
    expect(layout.step(6, 'up')).toBe(4);
    expect(layout.step(6, 'right')).toBe(6);
    expect(layout.step(0, 'left')).toBe(0);
  });
});

describe('CSV', () => {
  test('quotes what a reader would split, and neutralises formulas', () => {
    const odd = storeOf([row('a,"b".png', { label: '=cmd()', result: result(0.25) })]);
    const [, line] = rowsToCsv(odd, all(odd), null).split('\r\n');
    expect(line).toBe(`"a,""b"".png",,'=cmd(),,,,,,non-covid,,0.25,,,,`);
  });

  test('a comparison has the answers of both', () => {
    const second = { name: 'n', labels: ['non-covid', 'covid'], positive: 'covid', threshold: 0.5 };
    const both = storeOf(
      [
        row('a', { result: result(0.25), second: result(0.75) }),
        row('b', { second: result(0.9, { label: null, withheld: ['NOT_CT'] }) }),
      ],
      { second },
    );
    const [names, first, other] = rowsToCsv(both, all(both), null).split('\r\n');
    expect(names).toMatch(/,findings,second_answer,second_withheld,second_probability$/);
    expect(first).toMatch(/,non-covid,,0\.25,,,,,covid,,0\.75$/);
    expect(other).toMatch(/,,NOT_CT,0\.9$/);
  });
});

test('a state of another version is reset', () => {
  expect(parseGalleryState({ sort: 'size', filter: { facets: { split: 'x' }, cell: 3 } })).toEqual(
    defaultGalleryState,
  );
  expect(parseGalleryState(undefined)).toEqual(defaultGalleryState);
  expect(parseGalleryState({ layout: 'table' })).toEqual({
    ...defaultGalleryState,
    layout: 'table',
  });
});

test('100,000 rows are filtered, sorted, grouped and laid out whole', () => {
  const many = storeOf(
    Array.from({ length: 100_000 }, (_, at) =>
      row(`images/p${at}.png`, {
        label: at % 3 === 0 ? 'covid' : 'normal',
        split: ['train', 'val', 'test'][at % 3]!,
        patient: `patient-${at % 20_000}`,
        result: result((at % 1000) / 1000),
      }),
    ),
  );
  const found = filterRows(
    many,
    { ...emptyFilter, text: 'png', facets: { label: ['normal'], patient: ['patient-7'] } },
    0.3,
  );
  // Of 7, 20007, 40007, 60007 and 80007 the multiples of 3 have the other label.
  expect([...found]).toEqual([7, 40_007, 60_007]);
  const { order, groups } = groupRows(
    many,
    sortRows(many, all(many), usualOrder('error')),
    'patient',
  );
  expect(order).toHaveLength(100_000);
  expect(groups).toHaveLength(20_000);
  const layout = new GridLayout(groups, { columns: 6, lineHeight: 190, headingHeight: 30 });
  expect(layout.height).toBe(20_000 * 220);
  expect(layout.linesBetween(2_000_000, 2_000_800).length).toBeLessThan(12);
});
