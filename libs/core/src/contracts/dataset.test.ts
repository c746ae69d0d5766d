import { describe, expect, test } from 'vitest';
import { datasetManifestSchema, datasetSampleSchema } from '../index.js';

const sample = {
  path: 'CT_COVID/2020.02.10.20021584-p6-52%0.png',
  label: 'covid',
  split: 'train',
  patient: '2020.02.10.20021584/1',
  source: 'covid-ct',
} as const;

const manifest = {
  format: 'groundglass-dataset',
  version: 1,
  name: 'covid-ct',
  samples: 'samples.jsonl',
} as const;

describe('datasetSampleSchema', () => {
  test('accepts a picture with its label, split, patient and source', () => {
    expect(datasetSampleSchema.parse(sample)).toEqual(sample);
  });

  test('accepts null as an unknown label, and document and fingerprints if they are known', () => {
    const whole = {
      ...sample,
      label: null,
      document: '10.1101/1',
      sha256: 'a'.repeat(64),
      pixelHash: '0'.repeat(64),
    };
    expect(datasetSampleSchema.parse(whole)).toEqual(whole);
  });

  test('accepts a slice of a volume with its mask and other known fields', () => {
    const slice = {
      ...sample,
      path: 'volumes/case 1.nii.gz',
      slice: 150,
      mask: 'masks/case 1_150.png',
      meta: { age: 63, gender: 'F', severe: true, location: null },
    };
    expect(datasetSampleSchema.parse(slice)).toEqual(slice);
  });

  test.each([
    '../x.png',
    'a/../../x.png',
    'a/..',
    '..\\x.png',
    'a\\..\\x.png',
    '/etc/passwd',
    '\\\\server\\share\\x.png',
    '\\x.png',
    'C:\\x.png',
    'c:/x.png',
    'C:x.png',
    'x.png\0.txt',
    'file:///x.png',
    '',
  ])('refuses %j, which does not stay in the dataset', (path) => {
    expect(datasetSampleSchema.safeParse({ ...sample, path }).success).toBe(false);
    expect(datasetSampleSchema.safeParse({ ...sample, mask: path }).success).toBe(false);
  });

  test.each(['..x.png', 'a/x..png', '...', './x.png', 'a b/ö%0.png'])(
    'takes %j, which only looks like it',
    (path) => {
      expect(datasetSampleSchema.safeParse({ ...sample, path }).success).toBe(true);
    },
  );

  test.each([
    ['label', ''],
    ['sha256', 'abc'],
    ['document', ''],
    ['split', 'validation'],
    ['patient', ''],
    ['source', ''],
    ['slice', -1],
    ['slice', 1.5],
    ['meta', { list: [1] }],
  ])('refuses %s of %j', (field, value) => {
    const result = datasetSampleSchema.safeParse({ ...sample, [field]: value });
    expect(result.success).toBe(false);
    expect(result.error!.issues[0]!.path[0]).toBe(field);
  });
});

describe('datasetManifestSchema', () => {
  test('accepts a manifest with and without the folder of its samples', () => {
    const defaults = { labels: ['non-covid', 'covid'], positive: 'covid' };
    expect(datasetManifestSchema.parse(manifest)).toEqual({ ...manifest, ...defaults });
    const elsewhere = { ...manifest, root: '../images', license: 'CC BY 4.0', description: 'd' };
    expect(datasetManifestSchema.parse(elsewhere)).toEqual({ ...elsewhere, ...defaults });
  });

  test('accepts labels of any name; the last one is positive unless another is named', () => {
    const labels = ['normal', 'tumour', 'benign'];
    expect(datasetManifestSchema.parse({ ...manifest, labels }).positive).toBe('benign');
    const named = { ...manifest, labels, positive: 'tumour' };
    expect(datasetManifestSchema.parse(named)).toEqual(named);
  });

  test.each([
    ['format', 'other'],
    ['version', 2],
    ['name', ''],
    ['samples', '../samples.jsonl'],
    ['labels', []],
    ['labels', ['a', 'a']],
    ['positive', 'tumour'],
  ])('refuses %s of %j', (field, value) => {
    expect(datasetManifestSchema.safeParse({ ...manifest, [field]: value }).success).toBe(false);
  });
});
