import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withTargets } from '@groundglass/dataset';
import { readScoringRule } from '@groundglass/core';
import { rocAuc } from '@groundglass/metrics';
import { OnnxInference, readOnnx } from '@groundglass/nn';
import { describe, expect, test } from 'vitest';
import { openDatasets } from '../../datasets/open-datasets.js';
import { evaluate } from '../evaluate.js';
import { measure } from '../measure.js';
import { readCrossValidations } from '../../cross-validation/cross-validation-section.js';
import { readRows } from '../../reproduction/read-rows.js';
import { reproductionCharts } from '../../reproduction/reproduction-charts.js';
import { reproductionFiles } from '../../reproduction/reproduction-section.js';
import { renderClaimChecklist } from './claim-checklist.js';
import { renderModelCard } from './model-card.js';
import { parsePublication } from './publication.js';
import { renderResultsPage } from './results-page.js';

const workspace = join(import.meta.dirname, '../../../../..');
const data = process.env.GROUNDGLASS_DATA ?? join(workspace, '../shared/data');
const read = (path: string) => readFileSync(join(workspace, path), 'utf8');
/** By version, newest last. */
const files = readdirSync(join(workspace, 'docs/results'))
  .filter((name) => name.endsWith('.json'))
  .sort((a, b) => versionOf(a) - versionOf(b));
const newest = files.at(-1)!;
const crossValidated = await readCrossValidations(join(workspace, 'docs'));
const reproduced = await readRows(join(workspace, 'docs', reproductionFiles.rows));

function versionOf(file: string): number {
  return Number(/-(\d+)\.json$/.exec(file)?.[1]);
}

test('there are published results', () => {
  expect(files).not.toEqual([]);
});

describe.each(files)('docs/results/%s', (file) => {
  const publication = parsePublication(read(`docs/results/${file}`));
  const folder = `models/${publication.model.name}/${publication.model.version}`;

  test('was measured on the model that ships', () => {
    const bytes = readFileSync(join(workspace, folder, 'model.onnx'));
    expect(publication.model.bytes).toBe(bytes.length);
    expect(publication.results.model.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  test.runIf(file === newest)('matches the page of results', () => {
    expect(read('docs/results.md')).toBe(
      renderResultsPage(publication, reproduced, crossValidated),
    );
  });

  test.runIf(file === newest)('matches the CLAIM checklist', () => {
    expect(read('docs/claim-checklist.md')).toBe(renderClaimChecklist(publication, reproduced));
  });

  test('matches the model card', () => {
    expect(read(`${folder}/README.md`)).toBe(renderModelCard(publication));
  });

  test.runIf(file === newest)('holds every score that the README quotes', () => {
    const scores = read('README.md').match(/\b0\.\d{3}\b/g) ?? [];
    const known = renderResultsPage(publication);
    expect(scores).not.toEqual([]);
    expect(scores.filter((score) => !known.includes(score))).toEqual([]);
  });

  test.skipIf(file !== newest || !existsSync(join(data, 'covid-seg')))(
    'matches what the model predicts on the expert slices today (skipped without the data)',
    async () => {
      const [dataset] = await openDatasets([join(data, 'covid-seg')]);
      const { root, manifest } = dataset!;
      const samples = withTargets(dataset!.samples, manifest);
      const bytes = readFileSync(join(workspace, folder, 'model.onnx'));
      const { crop } = readScoringRule((name) => readOnnx(bytes).metadata.get(name));
      const model = await OnnxInference.create(bytes);
      try {
        const test = samples.filter(({ split }) => split === 'test');
        const { masks } = measure((await evaluate(model, test, { root, crop })).scores, 0.5);
        const published = publication.results.datasets.find(
          ({ name }) => name === dataset!.manifest.name,
        );
        expect(masks!.mean).toBeCloseTo(published!.all.masks!.mean, 3);
        expect(masks!.pooled).toBeCloseTo(published!.all.masks!.pooled, 3);
      } finally {
        await model.close();
      }
    },
  );
});

describe('docs/results/reproduction.jsonl', () => {
  test('has rows with the command, commit and hashes that made them', () => {
    expect(reproduced).not.toEqual([]);
    for (const { command, commit, data, epochs, model, start } of reproduced) {
      expect(command).toMatch(/^groundglass-trainer reproduce table[45]/);
      expect(commit).toMatch(/^[0-9a-f]{40}$/);
      expect(data).toMatch(/^[0-9a-f]{64}$/);
      if (epochs === null) continue;
      expect(model).toMatch(/^[0-9a-f]{64}$/);
      expect(start?.sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  test('reproduces the figures of every row from its points', () => {
    for (const { points, test: scores } of reproduced.filter((row) => row.points.length > 0)) {
      const labels = points.map(([label]) => label);
      const probabilities = points.map(([, probability]) => probability);
      expect(rocAuc(labels, probabilities)).toBeCloseTo(scores.auc.value, 4);
      const called = points.filter(([, probability]) => probability >= scores.threshold);
      expect(called.filter(([label]) => label === 1)).toHaveLength(scores.truePositives);
      expect(called.filter(([label]) => label === 0)).toHaveLength(scores.falsePositives);
      expect([points.length, scores.positives]).toEqual([341, 173]);
    }
  });

  test('matches the drawn pictures', async () => {
    const { roc, calibration } = await reproductionCharts(reproduced);
    expect(read(`docs/${reproductionFiles.roc}`)).toBe(roc);
    expect(read(`docs/${reproductionFiles.calibration}`)).toBe(calibration);
  });
});
