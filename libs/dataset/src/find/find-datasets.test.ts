import { expect, test } from 'vitest';
import { memoryFiles } from '../files/memory-files.js';
import { findDatasets } from './find-datasets.js';

const find = (...paths: string[]) =>
  findDatasets(memoryFiles(new Map(paths.map((path) => [path, new Uint8Array(1)]))));

test('finds a manifest, the COVID-CT layout, class folders and split lists without asking', async () => {
  const found = await find(
    'a/groundglass.dataset.json',
    'a/samples.jsonl',
    'b/CT_COVID/1.png',
    'b/CT_NonCOVID/2.png',
    'b/Data-split/COVID/testCT_COVID.txt',
    'c/train/covid/1.png',
    'c/train/normal/2.png',
    'd/train.txt',
    'd/images/1.png',
    'notes/readme.md',
  );
  expect(found).toEqual([
    { path: 'a', layout: 'manifest' },
    { path: 'b', layout: 'covid-ct' },
    { path: 'c', layout: 'folders' },
    { path: 'd', layout: 'lists' },
  ]);
});

test('the opened folder may be the dataset itself', async () => {
  const found = await find('CT_COVID/1.png', 'CT_NonCOVID/2.png', 'Data-split/COVID/train.txt');
  expect(found).toEqual([{ path: '', layout: 'covid-ct' }]);
});

test('DICOM patients next to each other are one dataset, code next to them is none', async () => {
  const found = await find(
    'LICENSE',
    'Makefile',
    'scans/p1/s1/1.dcm',
    'scans/p2/s1/1.dcm',
    'node_modules/x/covid/1.png',
    '.git/covid/1.png',
  );
  expect(found).toEqual([{ path: 'scans', layout: 'dicom' }]);
});

test('a folder of code holds no dataset', async () => {
  expect(await find('LICENSE', 'src/main.ts', 'bin/run')).toEqual([]);
});
