import type { DatasetSample } from '@groundglass/core';
import { describe, expect, test } from 'vitest';
import {
  dataFingerprint,
  findLeaks,
  patientKey,
  refuseLeaks,
  requireBothClasses,
  withTargets,
} from '../index.js';

function sample(path: string, split: DatasetSample['split'], more: Partial<DatasetSample> = {}) {
  return {
    path,
    label: 'covid',
    split,
    patient: path,
    source: 's',
    ...more,
  } satisfies DatasetSample;
}

describe('what leaks between splits', () => {
  test('is found by pixels, patient and document, over several sources', () => {
    const hash = (digit: string) => digit.repeat(64);
    const samples = [
      sample('a.png', 'train', { pixelHash: hash('1'), document: 'd1' }),
      sample('b.jpg', 'test', { pixelHash: hash('1'), source: 'other' }),
      sample('c.png', 'train', { patient: 'coronacases_003' }),
      sample('d.png', 'val', { patient: 'coronacases_003', source: 'other' }),
      sample('e.png', 'test', { document: 'd1' }),
      sample('f.png', 'train', { document: 'd2', patient: '7' }),
      sample('g.png', 'test', { source: 'other', patient: '7' }),
    ];
    expect(findLeaks(samples).map(({ kind, samples: group }) => [kind, group])).toEqual([
      ['picture', [0, 1]],
      ['patient', [2, 3]],
      ['document', [0, 4]],
    ]);
  });

  test('one file in two manifests leaks if their splits differ', () => {
    expect(findLeaks([sample('a.png', 'train'), sample('a.png', 'test')])).toMatchObject([
      { kind: 'picture', name: 'a.png' },
      { kind: 'patient', name: 'a.png' },
    ]);
    expect(findLeaks([sample('a.png', 'train'), sample('a.png', 'train')])).toEqual([]);
  });

  test('is refused with advice, unless its kind is accepted', () => {
    const samples = [
      sample('a', 'train', { document: 'd' }),
      sample('b', 'test', { document: 'd' }),
    ];
    expect(() => refuseLeaks(samples)).toThrow(
      /1 document is in more than one split \(2 samples\): "d" \(1 train, 1 test\)\. .*--allow-leaks document/,
    );
    expect(refuseLeaks(samples, ['document'])).toHaveLength(1);
  });
});

test.each([
  ['7', 's/7'],
  ['patient_12', 's/patient_12'],
  ['Patient 12', 's/Patient 12'],
  ['crawled_patient_3', 's/crawled_patient_3'],
  ['coronacases_003', 'coronacases_003'],
  ['1.3.6.1.4.1.14519', '1.3.6.1.4.1.14519'],
])('the patient %s is known across datasets as %s', (patient, key) => {
  expect(patientKey({ source: 's', patient })).toBe(key);
});

test('a run’s data has one fingerprint in any order, and another one with another label or split', async () => {
  const [a, b] = [sample('a', 'train'), sample('b', 'test')];
  const fingerprint = await dataFingerprint([a, b]);
  expect(await dataFingerprint([b, a])).toBe(fingerprint);
  expect(await dataFingerprint([a, { ...b, split: 'val' }])).not.toBe(fingerprint);
  expect(await dataFingerprint([a, { ...b, label: 'non-covid' }])).not.toBe(fingerprint);
  expect(await dataFingerprint([a])).not.toBe(fingerprint);
});

test('targets follow the manifest’s positive label; samples without a label have none', () => {
  const samples = [
    sample('a', 'train', { label: 'tumour' }),
    sample('b', 'train', { label: 'benign' }),
    { ...sample('c', 'train'), label: null },
  ];
  expect(withTargets(samples, { positive: 'tumour' }).map(({ target }) => target)).toEqual([1, 0]);
});

test('a class without counted labels is refused, listing what there is', () => {
  const samples = withTargets(
    [sample('a', 'train'), sample('b', 'train', { label: 'non-covid', source: 'masks' })],
    { positive: 'covid' },
  );
  expect(() => {
    requireBothClasses('training', samples);
  }).not.toThrow();
  expect(() => {
    requireBothClasses('training', samples, ['masks']);
  }).toThrow(
    'Expected training samples with and without the positive label, found: 1 covid from s, 1 non-covid from masks (not counted: segmentation only)',
  );
});
