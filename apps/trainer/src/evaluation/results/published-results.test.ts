import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withTargets } from '@groundglass/dataset';
import { readScoringRule } from '@groundglass/core';
import { OnnxInference, readOnnx } from '@groundglass/nn';
import { describe, expect, test } from 'vitest';
import { openDatasets } from '../../datasets/open-datasets.js';
import { evaluate } from '../evaluate.js';
import { measure } from '../measure.js';
import { renderModelCard } from './model-card.js';
import { parsePublication } from './publication.js';
import { renderResultsPage } from './results-page.js';

const workspace = join(import.meta.dirname, '../../../../..');
const data = process.env.GROUNDGLASS_DATA ?? join(workspace, '../shared/data');
const read = (path: string) => readFileSync(join(workspace, path), 'utf8');
/** By version, the newest last. */
const files = readdirSync(join(workspace, 'docs/results'))
  .filter((name) => name.endsWith('.json'))
  .sort((a, b) => versionOf(a) - versionOf(b));
const newest = files.at(-1)!;

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

  test.runIf(file === newest)('says what the page of results says', () => {
    expect(read('docs/results.md')).toBe(renderResultsPage(publication));
  });

  test('says what the model card says', () => {
    expect(read(`${folder}/README.md`)).toBe(renderModelCard(publication));
  });

  test.runIf(file === newest)('holds every score that the README quotes', () => {
    const scores = read('README.md').match(/\b0\.\d{3}\b/g) ?? [];
    const known = renderResultsPage(publication);
    expect(scores).not.toEqual([]);
    expect(scores.filter((score) => !known.includes(score))).toEqual([]);
  });

  test.skipIf(file !== newest || !existsSync(join(data, 'covid-seg')))(
    'is what the model says of the expert slices today (skipped without the data)',
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
