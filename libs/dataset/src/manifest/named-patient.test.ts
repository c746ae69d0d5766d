import { expect, test } from 'vitest';
import { importCovidSeg, importFolders, memoryFiles, namedPatient } from '../index.js';

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

test('an import says which patients are guesses from the path, and which the data names', async () => {
  const text = (lines: string) => new TextEncoder().encode(lines);
  const files = memoryFiles(
    new Map([
      ['covid/p7/a.png', new Uint8Array(1)],
      ['covid/p7/b.png', new Uint8Array(1)],
      ['covid/c.png', new Uint8Array(1)],
      ['metadata.csv', text('file_name,patient\ncovid/p7/b.png,p7\n')],
    ]),
  );
  const { samples, guessed } = await importFolders(files, { decode: false });
  expect(samples.map((sample) => [sample.path, namedPatient(sample), guessed.has(sample)])).toEqual(
    [
      ['covid/c.png', null, false],
      ['covid/p7/a.png', 'covid/p7', true],
      ['covid/p7/b.png', 'p7', false],
    ],
  );
});

test('COVID-Seg names no patient, and its validation split is drawn', async () => {
  const files = memoryFiles(
    new Map(
      [
        'train/images/1.jpg',
        'train/lesion-masks/1.png',
        'test/images/2.jpg',
        'test/lesion-masks/2.png',
      ].map((path) => [path, new Uint8Array(1)]),
    ),
  );
  const { samples, drawn, guessed } = await importCovidSeg(files, { decode: false });
  expect(samples.map((sample) => [drawn.has(sample), guessed.has(sample)])).toEqual([
    [true, true],
    [false, true],
  ]);
});
