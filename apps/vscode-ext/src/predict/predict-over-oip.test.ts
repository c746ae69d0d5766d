import type { SliceScore } from '@groundglass/client';
import { predictionSchema, type CtVolume } from '@groundglass/core';
import { expect, test } from 'vitest';
import { predictOverOip } from './predict-over-oip.js';

/** Four slices of 2 × 2 pixels in HU. */
const volume: CtVolume = {
  format: 'nifti',
  columns: 2,
  rows: 2,
  sliceCount: 4,
  unit: 'HU',
  pixelSpacing: undefined,
  geometry: undefined,
  windows: [],
  warnings: [{ code: 'NO_SPACING' }],
  metadata: [],
  view: null,
  acquisition: { modality: null, imageType: [], bodyPart: null },
  sliceFiles: null,
  greyRange: null,
  timePoint: null,
  colours: null,
  slice: (index) =>
    Promise.resolve({
      index,
      columns: 2,
      rows: 2,
      unit: 'HU',
      pixels: Float32Array.of(-1250, -500, 250, 1000),
    }),
};
/** A server that lists only the outputs of its model. */
const told = {
  modelMetadata: () =>
    Promise.resolve({ name: 'm', platform: '', inputs: [], outputs: [], versions: ['3'] }),
  modelParameters: () => Promise.reject(new Error('not an extension of this server')),
};
const mask = { columns: 1, rows: 1, data: Float32Array.of(0.25) };
const model = { name: 'm', version: '3' };
const request = {
  ...{ model, volume, file: 'scan.nii', files: undefined, crop: undefined, startAt: 2 },
  signal: new AbortController().signal,
};

test('every slice is windowed, scored by the server, and aggregated as a Groundglass server does', async () => {
  const inputs: number[][] = [];
  const progress: number[] = [];
  const order: number[] = [];
  const scoreSlice = (name: string, { data }: { data: Float32Array }): Promise<SliceScore> => {
    expect(name).toBe('m');
    inputs.push([...data]);
    return Promise.resolve({
      probability: [0.2, 0.9, 0.6, 0.3][inputs.length - 1]!,
      mask,
      distance: null,
    });
  };
  const prediction = await predictOverOip(
    { ...told, scoreSlice },
    {
      ...request,
      onProgress: ({ done, total, slice }) => {
        progress.push(done / total);
        order.push(slice.index);
      },
    },
  );
  // [-1250, 250] HU to 0–1.
  expect(inputs[0]).toEqual([0, 0.5, 1, 1]);
  expect(progress).toEqual([0.25, 0.5, 0.75, 1]);
  expect(order).toEqual([2, 3, 0, 1]);
  // No slice counts, so all are taken: the mean of the higher half of four, (0.9 + 0.6) / 2.
  expect(prediction.probability).toBeCloseTo(0.75, 12);
  expect(prediction).toMatchObject({
    file: 'scan.nii',
    // There is no lung in four pixels.
    label: null,
    withheld: ['NO_LUNG'],
    lesionFraction: null,
    model: { name: 'm', version: '3', sha256: null, trained: null },
  });
  expect(prediction.slices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  expect(prediction.warnings).toEqual([{ code: 'NO_SPACING' }, { code: 'TRAINING_UNKNOWN' }]);
  expect(predictionSchema.safeParse(prediction).error).toBeUndefined();
});

test('an invalid probability is CT_INFERENCE_FAILED, and no further slice is requested', async () => {
  let asked = 0;
  const scoreSlice = (): Promise<SliceScore> => {
    asked++;
    return Promise.resolve({ probability: Number.NaN, mask, distance: null });
  };
  const call = predictOverOip({ ...told, scoreSlice }, { ...request, onProgress: () => undefined });
  await expect(call).rejects.toMatchObject({ code: 'CT_INFERENCE_FAILED' });
  expect(asked).toBeLessThanOrEqual(2);
});

test('rule, training and distance come from the parameters and outputs that the server lists', async () => {
  const asked: unknown[] = [];
  const client = {
    modelMetadata: () =>
      Promise.resolve({
        ...{ name: 'm', platform: '', inputs: [], versions: ['3'] },
        outputs: [{ name: 'distance', datatype: 'FP32', shape: [-1, 1] }],
      }),
    modelParameters: () =>
      Promise.resolve({
        ...{ threshold: '0.3', volume_threshold: '0.7', aggregation: 'mean', trained: 'true' },
        labels: 'healthy,ill',
      }),
    scoreSlice: (_model: string, _input: unknown, options?: unknown): Promise<SliceScore> => {
      asked.push(options);
      return Promise.resolve({ probability: 0.5, mask, distance: 0.2 });
    },
  };
  const prediction = await predictOverOip(client, { ...request, onProgress: () => undefined });
  expect(asked[0]).toMatchObject({ version: '3', distance: true });
  expect(prediction).toMatchObject({ probability: 0.5, threshold: 0.7, model: { trained: true } });
  expect(prediction.warnings).toEqual([{ code: 'NO_SPACING' }]);
});
