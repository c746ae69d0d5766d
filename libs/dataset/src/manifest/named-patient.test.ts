import { expect, test } from 'vitest';
import {
  importCovidSeg,
  importFolders,
  importManifest,
  isGuessed,
  memoryFiles,
  namedPatient,
  parseSamples,
  readTable,
} from '../index.js';

const text = (lines: string) => new TextEncoder().encode(lines);

test('a patient is one that the data names, not the picture itself', () => {
  expect(namedPatient({ path: 'covid/a.png', patient: 'p1' })).toBe('p1');
  expect(namedPatient({ path: 'covid/a.png', patient: 'covid/a.png' })).toBeNull();
  expect(namedPatient({ path: 'CT_NonCOVID/a.png', patient: 'a.png' })).toBeNull();
  expect(namedPatient({ path: 'v.nii', slice: 3, patient: 'v.nii' })).toBe('v.nii');
});

test('an import reports of which samples it drew the split', async () => {
  const files = memoryFiles(
    new Map([
      ['test/covid/a.png', new Uint8Array(1)],
      ['covid/b.png', new Uint8Array(1)],
    ]),
  );
  const { samples } = await importFolders(files, { decode: false });
  expect(samples.map(({ path, guessed }) => [path, guessed])).toEqual([
    ['covid/b.png', ['split']],
    ['test/covid/a.png', undefined],
  ]);
  expect(samples.map(namedPatient)).toEqual([null, null]);
});

test('an import reports which patients are guesses from the path, and which the data names', async () => {
  const files = memoryFiles(
    new Map([
      ['covid/p7/a.png', new Uint8Array(1)],
      ['covid/p7/b.png', new Uint8Array(1)],
      ['covid/c.png', new Uint8Array(1)],
      ['metadata.csv', text('file_name,patient\ncovid/p7/b.png,p7\n')],
    ]),
  );
  const { samples } = await importFolders(files, { decode: false });
  const patients = samples.map((sample) => [
    sample.path,
    namedPatient(sample),
    isGuessed(sample, 'patient'),
  ]);
  expect(patients).toEqual([
    ['covid/c.png', null, false],
    ['covid/p7/a.png', 'covid/p7', true],
    ['covid/p7/b.png', 'p7', false],
  ]);
});

test('a guess stays a guess in a manifest, and after importing it again', async () => {
  const picture = new Uint8Array(1);
  const files = memoryFiles(new Map([['covid/p7/a.png', picture]]));
  const { manifest, samples, problems } = await importFolders(files, { decode: false });
  const rows = samples.map((sample) => `${JSON.stringify(sample)}\n`).join('');
  const written = parseSamples(rows, manifest);
  expect(written.samples).toMatchObject([{ patient: 'covid/p7', guessed: ['split', 'patient'] }]);
  const dataset = { manifest, ...written, problems, root: '.' };
  const again = await importManifest(files, dataset, { decode: false });
  expect(again.samples).toEqual(samples);
  const joined = await importManifest(files, dataset, {
    decode: false,
    joins: [await readTable(text('path,patient,split\ncovid/p7/a.png,P-7,test\n'), 'patients.csv')],
  });
  expect(joined.samples).toMatchObject([{ patient: 'P-7', split: 'test' }]);
  expect(joined.samples[0]).not.toHaveProperty('guessed');
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
  const { samples } = await importCovidSeg(files, { decode: false });
  expect(samples.map(({ guessed }) => guessed)).toEqual([['split', 'patient'], ['patient']]);
});
