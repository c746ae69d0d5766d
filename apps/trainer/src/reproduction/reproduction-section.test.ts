import { expect, test } from 'vitest';
import { reproductionCharts } from './reproduction-charts.js';
import { reproductionSection } from './reproduction-section.js';
import type { ReproductionRow } from './result-row.js';

const row: ReproductionRow = {
  row: 'jcs-combination',
  seed: 1,
  scale: 'small',
  time: '2026-01-01T00:00:00.000Z',
  command: 'groundglass-trainer reproduce table5',
  commit: 'abcdef0123456789',
  data: 'd',
  recipe: 'r',
  model: '0123456789abcdef',
  start: { file: 'imagenet.safetensors', sha256: 's' },
  epochs: 12,
  minutes: 31.6,
  train: { positives: 467, negatives: 433 },
  validationAuc: 0.9,
  test: {
    accuracy: { value: 0.7, lower: 0.6, upper: 0.8 },
    f1: { value: 0.65, lower: 0.5, upper: 0.7 },
    auc: { value: 0.8123, lower: 0.75, upper: 0.87 },
    truePositives: 100,
    falsePositives: 30,
    positives: 173,
    negatives: 168,
    threshold: 0.4,
    patients: 88,
  },
  points: [
    [1, 0.9],
    [1, 0.4],
    [0, 0.4],
    [0, 0.2],
  ],
};

test('the section has both tables, the missing rows, and how each was trained', () => {
  const text = reproductionSection([row]);
  expect(text).toContain('**Incomplete:** 1 of the 6 rows are trained at the scale `small`');
  expect(text).toMatch(/\*\*Table 5\*\*/);
  expect(text).toMatch(/\*\*Table 4\*\*/);
  expect(text).toContain('| JCS on Combination | 83.3 | 84.6 | 94.8 |');
  // Brier: (0.1² + 0.6² + 0.4² + 0.2²) / 4 = 0.1425.
  expect(text).toMatch(
    /\| JCS on Combination \| 1 \| 12 \| 32 \| imagenet\.safetensors \| 0\.900 \| 0\.400 \| 0\.\d{3} \| 0\.14[23] \| 0123456789ab \| abcdef012 \|/,
  );
});

test('reports for each row whether the paper’s AUC is in its interval', () => {
  expect(reproductionSection([row])).toContain(
    'JCS on Combination: the paper’s 94.8 is outside 81.2 (75.0–87.0)',
  );
});

test('names the best baseline, or reports that none is measured', () => {
  const baseline = (name: string, auc: number): ReproductionRow => ({
    ...row,
    row: `baseline:${name}`,
    epochs: null,
    points: [],
    test: { ...row.test, auc: { value: auc, lower: null, upper: null } },
  });
  expect(reproductionSection([row])).toContain('not measured for these rows yet');
  const text = reproductionSection([row, baseline('origin', 0.98), baseline('ring', 0.7)]);
  expect(text).toContain(
    '(file format, colour mode and size) reaches an AUC of 98.0 on the same pictures',
  );
  expect(text).toContain('No network here does better');
  const weak = reproductionSection([row, baseline('ring', 0.55)]);
  expect(weak).not.toContain('No network here does better');
});

test('reports where the joint network scores below the classifier, and the validation result', () => {
  const plain: ReproductionRow = {
    ...row,
    row: 'densenet169-combination',
    validationAuc: 0.95,
    test: { ...row.test, auc: { value: 0.93, lower: 0.8, upper: 0.99 } },
  };
  expect(reproductionSection([row, plain])).toMatch(
    /JCS below the classifier.*validation AUC 0\.900, where the classifier .* has 0\.950/,
  );
  const worse = { ...plain, test: { ...plain.test, auc: { ...plain.test.auc, value: 0.7 } } };
  expect(reproductionSection([row, worse])).not.toContain('JCS below the classifier');
});

test('without rows there is no section', () => {
  expect(reproductionSection([])).toBe('');
});

test('curves are drawn for every row with points', async () => {
  const { roc, calibration } = await reproductionCharts([row, { ...row, row: 'jcs-covid-seg' }]);
  for (const svg of [roc, calibration]) {
    expect(svg).toMatch(/^<svg /);
    expect(svg).toContain('JCS on Combination');
    expect(svg).toContain('JCS on COVID-Seg');
  }
  // From (0, 0) over (0, ½), the tie's diagonal to (½, 1), and (1, 1), in a picture of 360 pixels.
  expect(roc).toMatch(/d="M0,360L0,180L180,0L360,0"/);
  await expect(reproductionCharts([{ ...row, points: [] }])).rejects.toThrow(
    'a row with the points',
  );
});
