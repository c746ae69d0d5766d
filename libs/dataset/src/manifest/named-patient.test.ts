import { expect, test } from 'vitest';
import { importFolders, memoryFiles, namedPatient } from '../index.js';

test('a patient is one that the data names, not the picture itself', () => {
  expect(namedPatient({ path: 'covid/a.png', patient: 'p1' })).toBe('p1');
  expect(namedPatient({ path: 'covid/a.png', patient: 'covid/a.png' })).toBeNull();
  expect(namedPatient({ path: 'CT_NonCOVID/a.png', patient: 'a.png' })).toBeNull();
  expect(namedPatient({ path: 'v.nii', slice: 3, patient: 'v.nii' })).toBe('v.nii');
});

test('an import says of which samples it drew the split', async () => {
  const files = memoryFiles(
    new Map([
      ['test/covid/a.png', new Uint8Array(1)],
      ['covid/b.png', new Uint8Array(1)],
    ]),
  );
  const { samples, drawn } = await importFolders(files, { decode: false });
  expect(samples.filter((sample) => drawn.has(sample)).map(({ path }) => path)).toEqual([
    'covid/b.png',
  ]);
  expect(samples.map(namedPatient)).toEqual([null, null]);
});
