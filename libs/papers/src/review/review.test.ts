import { expect, test } from 'vitest';
import { acceptRow, mergePanels, setPanelLabel, skipRow, splitPanelAt } from './decide.js';
import { formatReview, parseReview, type ReviewPanel, type ReviewRow } from './review-row.js';
import { samplePanels } from './sample-panels.js';
import { uncertainFirst } from './uncertainty.js';

const panel = (id: string, left: number, more: Partial<ReviewPanel> = {}): ReviewPanel => ({
  id,
  box: { left, top: 0, columns: 100, rows: 80 },
  kind: 'axial-ct',
  letter: null,
  subCaption: null,
  label: 'positive',
  confidence: 0.9,
  evidence: [],
  image: `images/${id}.png`,
  decidedBy: 'machine',
  source: 'embedded',
  pageBox: [0, 0, 1, 1],
  object: 1,
  metadata: {},
  metadataEvidence: {},
  ...more,
});
const row = (panels: ReviewPanel[], id = 'r'): ReviewRow => ({
  id,
  document: { key: 'k', file: 'k.pdf', sha256: 'a', doi: null, arxiv: null, title: null },
  page: 1,
  figure: '1',
  caption: null,
  citing: [],
  picture: { path: 'figures/r.png', columns: 210, rows: 80 },
  pageView: null,
  panels,
  state: 'open',
});

test('rows survive writing and reading; a bad line is named', () => {
  const rows = [row([panel('0', 0)])];
  expect(parseReview(`${formatReview(rows)}{\n`)).toEqual({
    rows,
    problems: [{ line: 2, message: 'Expected one JSON object on the line' }],
  });
});

test('merging takes the box around the panels and forgets their files', () => {
  const [merged, ...rest] = mergePanels(row([panel('0', 0), panel('1', 110)]), ['0', '1']).panels;
  expect(rest).toEqual([]);
  expect(merged).toMatchObject({
    box: { left: 0, columns: 210 },
    image: null,
    decidedBy: 'person',
  });
});

test('splitting cuts at the pixel and gives the second half an unused name', () => {
  const { panels } = splitPanelAt(row([panel('0', 0)]), '0', 'vertical', 40);
  expect(panels.map(({ id, box }) => [id, box.left, box.columns])).toEqual([
    ['0', 0, 40],
    ['0.2', 40, 60],
  ]);
  expect(() => splitPanelAt(row([panel('0', 0)]), '0', 'vertical', 100)).toThrow(RangeError);
});

test('only sure labels pass a threshold; a person’s decisions always do', () => {
  const rows = row([panel('0', 0, { confidence: 0.6 }), panel('1', 110, { confidence: 0.95 })]);
  expect(samplePanels(rows, 0.9).map(({ id }) => id)).toEqual(['1']);
  expect(samplePanels(acceptRow(rows), 0.9)).toHaveLength(2);
  expect(samplePanels(skipRow(rows), 0)).toEqual([]);
  expect(samplePanels(setPanelLabel(rows, '0', 'not-ct'))).toHaveLength(1);
});

test('the least sure come first, decided rows last', () => {
  const rows = [
    row([panel('0', 0)], 'sure'),
    acceptRow(row([panel('0', 0)], 'done')),
    row([panel('0', 0, { label: 'unsure' })], 'unsure'),
  ];
  expect(uncertainFirst(rows).map(({ id }) => id)).toEqual(['unsure', 'sure', 'done']);
});
