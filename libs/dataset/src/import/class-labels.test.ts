import { expect, test } from 'vitest';
import { memoryFiles } from '../files/memory-files.js';
import { classLabels } from './class-labels.js';

const labelsOf = (...paths: string[]) =>
  classLabels(memoryFiles(new Map(paths.map((path) => [path, new Uint8Array(1)]))));

test('folders named after the two usual labels need no others', async () => {
  expect(await labelsOf('train/COVID/1.png', 'train/normal/2.png')).toBeUndefined();
});

test('a class outside the usual labels makes every folder a label', async () => {
  expect(await labelsOf('train/covid/1.png', 'test/normal/2.png', 'test/pneumonia/3.png')).toEqual({
    labels: ['covid', 'normal', 'pneumonia'],
    positive: 'covid',
  });
});

test('without COVID-19 the last class is positive', async () => {
  expect(await labelsOf('benign/1.png', 'malignant/2.png')).toEqual({
    labels: ['benign', 'malignant'],
    positive: 'malignant',
  });
});
