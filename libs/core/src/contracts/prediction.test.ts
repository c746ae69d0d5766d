import { describe, expect, test } from 'vitest';
import {
  encodeMask,
  labels,
  predictionSchema,
  warningCodes,
  warningSchema,
  type Prediction,
} from '../index.js';

const prediction: Prediction = {
  id: 'b2c1',
  file: 'scan/',
  label: 'covid',
  withheld: [],
  probability: 0.91,
  threshold: 0.5,
  aggregation: null,
  lesionFraction: 0.18,
  slices: [
    {
      index: 0,
      probability: 0.91,
      lesionFraction: 0.18,
      counted: true,
      mask: encodeMask(Float32Array.of(0, 1), 2, 1),
    },
    { index: 7, file: '7.dcm', probability: 0, lesionFraction: null, counted: false },
  ],
  model: { name: 'covid-ct', version: '1', sha256: '0f'.repeat(32), trained: true },
  preprocessing: { window: { center: -500, width: 1500 }, crop: 'chest', huLost: false },
  warnings: [{ code: 'NO_SPACING' }, { code: 'UNEVEN_SPACING', file: '7.dcm', detail: 'x' }],
  timingsMs: { decode: 3.5, queue: 0, infer: 80, total: 84 },
};

/** A copy with one field, given by its path, replaced. */
function changed(path: string, value: unknown): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(prediction));
  const keys = path.split('.');
  const last = keys.pop()!;
  const parent = keys.reduce((node, key) => (node as Record<string, unknown>)[key], copy);
  (parent as Record<string, unknown>)[last] = value;
  return copy;
}

describe('predictionSchema', () => {
  test('accepts a prediction after a round trip through JSON, and keeps every field', () => {
    expect(predictionSchema.parse(JSON.parse(JSON.stringify(prediction)))).toEqual(prediction);
  });

  test('accepts a picture without Hounsfield units and without a lung', () => {
    const lost = {
      ...prediction,
      lesionFraction: null,
      preprocessing: { window: null, crop: 'none', huLost: true },
      warnings: [
        { code: 'HU_LOST' },
        { code: 'FILE_UNREADABLE', file: 'i006.dcm', detail: 'CT_TRUNCATED' },
      ],
    };
    expect(predictionSchema.parse(lost)).toEqual(lost);
  });

  test('accepts a picture without an answer, of an unknown model and file', () => {
    const withheld = {
      ...prediction,
      file: null,
      label: null,
      withheld: ['NO_LUNG', 'UNLIKE_TRAINING'],
      model: { ...prediction.model, sha256: null, trained: null },
    };
    expect(predictionSchema.parse(withheld)).toEqual(withheld);
  });

  test.each([
    ['id', ''],
    ['label', ''],
    ['label', undefined],
    ['file', undefined],
    ['withheld', null],
    ['withheld', ['SOMETHING_ELSE']],
    ['slices.0.counted', undefined],
    ['probability', 1.01],
    ['probability', -0.01],
    ['probability', null],
    ['threshold', 2],
    ['lesionFraction', 1.2],
    ['lesionFraction', undefined],
    ['slices', []],
    ['slices.0.index', -1],
    ['slices.0.index', 0.5],
    ['slices.0.probability', '0.9'],
    ['slices.0.mask.width', 0],
    ['slices.0.mask.encoding', 'jpeg'],
    ['slices.0.mask.data', 'not base64!'],
    ['model.sha256', 'abc'],
    ['model.sha256', 'A'.repeat(64)],
    ['model.trained', 'yes'],
    ['preprocessing.window', { center: -500, width: 0 }],
    ['preprocessing.crop', 'lung'],
    ['preprocessing.huLost', undefined],
    ['warnings', [{ code: 'SOMETHING_ELSE' }]],
    ['warnings', ['HU_LOST']],
    ['timingsMs.infer', -1],
  ])('refuses %s of %j', (path, value) => {
    const result = predictionSchema.safeParse(changed(path, value));
    expect(result.success).toBe(false);
    // The error names the field, or the list that contains it.
    expect(result.error!.issues.some((issue) => path.startsWith(issue.path[0] as string))).toBe(
      true,
    );
  });
});

test('covid is the second of the labels, as in the logits of the model', () => {
  expect(labels).toEqual(['non-covid', 'covid']);
});

test('every warning code is accepted, and spelled like the others', () => {
  for (const code of warningCodes) {
    expect(warningSchema.parse({ code })).toEqual({ code });
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
  }
});
