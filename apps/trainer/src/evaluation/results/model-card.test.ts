import { expect, test } from 'vitest';
import { recipes } from '../../training/recipes/recipes.js';
import { measure } from '../measure.js';
import type { SampleScore } from '../evaluate.js';
import { renderModelCard } from './model-card.js';
import type { Publication } from './publication.js';
import { renderResultsPage } from './results-page.js';

const scores: SampleScore[] = Array.from({ length: 8 }, (_, i) => ({
  sample: {
    path: `${i}.png`,
    label: i % 2 === 1 ? 'ill' : 'well',
    split: 'test',
    patient: `p${i}`,
    source: 'mine',
    target: i % 2 === 1 ? 1 : 0,
    ...(i % 2 === 1 ? { meta: { grade: i < 4 ? 'mild' : 'severe' } } : {}),
  },
  probability: i % 2 === 1 ? 0.9 : 0.1,
  logits: [0, 0],
  lesionEvidence: 0,
  dice: undefined,
  overlap: undefined,
  places: { marked: 100, outsideLungs: 10, outsideHull: 2, covered: i === 7 ? 0.97 : 0.2 },
}));

const publication: Publication = {
  command: 'groundglass-trainer card',
  model: { name: 'mine', version: '3', bytes: 1_000_000 },
  runs: [
    {
      name: 'first',
      recipe: recipes.tiny,
      inputs: {
        samples: { mine: { train: 40, val: 8 } },
        datasets: [{ name: 'My scans', sources: ['mine'], license: 'CC BY 4.0' }],
        start: { file: 'backbone.safetensors', sha256: 'ab'.repeat(32) },
      },
      records: [],
      ledger: [],
    },
  ],
  calibration: {
    temperature: 1,
    threshold: 0.5,
    samples: 8,
    auc: 1,
    sensitivity: 1,
    specificity: 1,
    sources: { mine: 8 },
    decision: { head: 0.5, lesion: 1.25, bias: -2 },
  },
  results: {
    command: 'groundglass-trainer evaluate',
    model: { sha256: 'cd'.repeat(32), metadata: {} },
    datasets: [{ name: 'My scans', split: 'all', samples: 8, all: measure(scores, 0.5) }],
    robustness: [{ dataset: 'My scans', pictures: 8, flips: { 'half the size': 3 } }],
    series: [
      {
        name: 'scan-1',
        slices: 20,
        probability: 0.7,
        threshold: 0.5,
        label: 'ill',
        positiveSlices: 4,
        medianLesion: 0.01,
      },
    ],
  },
};

test('a card describes the data, start and decision of its own run, and not those of the bundled model', () => {
  const card = renderModelCard(publication);
  expect(card).toContain('- **My scans** (mine). Licence: CC BY 4.0.');
  expect(card).toContain('densenet-tiny, started from `backbone.safetensors`');
  expect(card).toContain(
    '0.50 × that of the classification branch + 1.25 × log(lesion share + 0.002) − 2.00',
  );
  expect(card).toContain('8 validation pictures (8 of mine)');
  expect(card).not.toMatch(/COVID-CT|COVID-Seg|LUNA16|MobileNet|preprints/);
});

test('the page of results has grades, places of masks, changes and series', () => {
  const page = renderResultsPage(publication);
  // Two positives of a grade against four negatives, all ranked right.
  expect(page).toContain('| grade mild against all negatives | 1.000');
  expect(page).toContain('10.0 % lies outside the lungs');
  expect(page).toContain('marked over 95 % or more: 1 pictures (7.png)');
  expect(page).toContain('| half the size | 3 |');
  expect(page).toContain('| scan-1 | ill | 0.700 | 0.500 | 4 of 20 |');
  expect(page).toContain('by a bootstrap over patients');
});
