import { expect, test } from 'vitest';
import { describeError } from './error-panel.js';
import { findEntries } from './metadata-panel.js';
import { warningsOf } from './warnings.js';

const entries = [
  { key: '(0010,0010)', name: "Patient's Name", value: 'Doe^Jane', identifying: true },
  { key: '(0018,0060)', name: 'KVP', value: '120', identifying: false },
];

test('metadata is found by tag, name and value, with the words in any order', () => {
  expect(findEntries(entries, '0018,0060', true)).toEqual([entries[1]]);
  expect(findEntries(entries, '120 kvp', true)).toEqual([entries[1]]);
  expect(findEntries(entries, '', true)).toEqual(entries);
});

test('a hidden identifier cannot be found by its value', () => {
  expect(findEntries(entries, 'jane', true)).toEqual([]);
  expect(findEntries(entries, 'jane', false)).toEqual([entries[0]]);
});

test('each warning appears once, the untrained model first', () => {
  const prediction = {
    id: '1',
    file: null,
    label: 'covid',
    withheld: [],
    probability: 0.5,
    threshold: 0.5,
    aggregation: null,
    lesionFraction: null,
    slices: [{ index: 0, probability: 0.5, lesionFraction: null, counted: true }],
    model: { name: 'm', version: '1', sha256: '0'.repeat(64), trained: false },
    preprocessing: { window: null, crop: 'none', huLost: true },
    warnings: [{ code: 'HU_LOST' }],
    timingsMs: { decode: 0, queue: 0, infer: 0, total: 0 },
  } as const;
  const codes = warningsOf({
    volume: { warnings: [{ code: 'HU_LOST' }, { code: 'NO_SPACING' }] } as never,
    prediction: {
      kind: 'done',
      prediction: {
        ...prediction,
        warnings: [...prediction.warnings],
        withheld: [],
        slices: [...prediction.slices],
      },
    },
  });
  expect(codes.map(({ code }) => code)).toEqual(['MODEL_UNTRAINED', 'HU_LOST', 'NO_SPACING']);
});

test('an error takes title and advice from the catalogue unless the host has its own', () => {
  expect(describeError({ code: 'CT_TRUNCATED', message: '' }).title).toBe(
    'The file ends too early',
  );
  expect(describeError({ code: 'CT_TRUNCATED', message: '', title: 'Eigener Titel' }).title).toBe(
    'Eigener Titel',
  );
  expect(describeError({ code: 'toString', message: '' }).title).toBe(
    'Something went wrong inside Groundglass',
  );
});
