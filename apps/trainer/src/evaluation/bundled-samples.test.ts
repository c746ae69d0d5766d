import {
  aggregate,
  bytesSource,
  openDicomSeries,
  openVolume,
  readScoringRule,
  toModelInput,
  type CtVolume,
} from '@groundglass/core';
import { OnnxInference, readOnnx } from '@groundglass/nn';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const workspace = join(import.meta.dirname, '../../../..');
const samples = join(workspace, 'samples');
const models = join(workspace, 'models/groundglass');
/** The model that `npm start` serves. */
const newest = Math.max(...readdirSync(models).map(Number).filter(Number.isInteger));
const bytes = readFileSync(join(models, String(newest), 'model.onnx'));
const { metadata } = readOnnx(bytes);
const rule = readScoringRule((name) => metadata.get(name));

let model: OnnxInference;
beforeAll(async () => {
  model = await OnnxInference.create(bytes);
});
afterAll(() => model.close());

async function score(volume: CtVolume): Promise<{ probability: number; label: string }> {
  const probabilities: number[] = [];
  for (let index = 0; index < volume.sliceCount; index++) {
    const { data, shape } = toModelInput(await volume.slice(index), { crop: rule.crop });
    const { probability } = await model.run(data, { rows: shape[1], columns: shape[2] });
    probabilities.push(probability[0]!);
  }
  const single = probabilities.length === 1;
  const probability = single ? probabilities[0]! : aggregate(rule.aggregation, probabilities);
  const threshold = single ? rule.threshold : rule.volumeThreshold;
  return { probability, label: rule.labels[probability >= threshold ? 1 : 0] };
}

const source = (path: string) => bytesSource(readFileSync(join(samples, path)));

test.each([
  ['covid-figure.jpg', 'covid'],
  ['covid-slice.png', 'covid'],
  ['covid-volume.nii.gz', 'covid'],
  ['non-covid-slice.png', 'non-covid'],
  ['non-covid-volume.mha', 'non-covid'],
])('the newest bundled model calls the sample %s %s', async (path, label) => {
  expect(await score(await openVolume(source(path)))).toMatchObject({ label });
});

test('the newest bundled model calls the DICOM series of the samples covid', async () => {
  const files = readdirSync(join(samples, 'covid-series')).map((name) => ({
    name,
    source: source(`covid-series/${name}`),
  }));
  const { volumes } = await openDicomSeries(files);
  expect(volumes).toHaveLength(1);
  expect(await score(volumes[0]!.volume)).toMatchObject({ label: 'covid' });
});
