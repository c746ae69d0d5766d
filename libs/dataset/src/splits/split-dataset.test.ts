import type { DatasetSample } from '@groundglass/core';
import { describe, expect, test } from 'vitest';
import { findLeaks, foldDataset, splitDataset, takeSubset } from '../index.js';

/** 60 patients of 1 to 4 pictures, a third of them positive; each three positive patients share a document. */
const samples: DatasetSample[] = Array.from({ length: 60 }, (_, patient) =>
  Array.from({ length: 1 + (patient % 4) }, (_, i) => ({
    path: `${patient}-${i}.png`,
    label: patient % 3 === 0 ? 'covid' : 'non-covid',
    split: 'train' as const,
    patient: `p${patient}`,
    source: 's',
    ...(patient % 3 === 0 ? { document: `d${Math.floor(patient / 9)}` } : {}),
  })),
).flat();

const shareOf = (list: readonly DatasetSample[], split: string, label: string) =>
  list.filter((sample) => sample.split === split && sample.label === label).length /
  list.filter((sample) => sample.label === label).length;

describe('a new split', () => {
  const divided = splitDataset(samples, { val: 0.2, test: 0.2 }, { seed: 1 });

  test('keeps patients and documents whole', () => {
    expect(findLeaks(divided)).toEqual([]);
  });

  test('gives each split its share of each label', () => {
    for (const label of ['covid', 'non-covid'])
      for (const split of ['val', 'test']) {
        expect(shareOf(divided, split, label)).toBeGreaterThan(0.1);
        expect(shareOf(divided, split, label)).toBeLessThan(0.3);
      }
  });

  test('is the same for the same seed and differs for another', () => {
    expect(splitDataset(samples, { val: 0.2, test: 0.2 }, { seed: 1 })).toEqual(divided);
    expect(splitDataset(samples, { val: 0.2, test: 0.2 }, { seed: 2 })).not.toEqual(divided);
  });

  test('keeps together what an audit found to be one picture', () => {
    const pair = [0, samples.findIndex(({ patient }) => patient === 'p1')];
    for (const seed of [1, 2, 3, 4]) {
      const kept = splitDataset(samples, { val: 0.3, test: 0.3 }, { seed, together: [pair] });
      expect(kept[pair[0]!]!.split).toBe(kept[pair[1]!]!.split);
    }
  });
});

test('each sample is tested in one fold, and no fold leaks', () => {
  const folds = foldDataset(samples, 5, { seed: 1 });
  expect(folds.flatMap((fold) => findLeaks(fold))).toEqual([]);
  for (const i of samples.keys())
    expect(folds.filter((fold) => fold[i]!.split === 'test')).toHaveLength(1);
  expect(() => foldDataset(samples.slice(0, 3), 5, { seed: 1 })).toThrow(
    /Expected at least 3 folds/,
  );
});

test('a subset has exactly so many training samples of its label and leaves the rest whole', () => {
  const isTrain = ({ split }: DatasetSample) => split === 'train';
  const divided = splitDataset(samples, { val: 0.2, test: 0.2 }, { seed: 1 });
  const drawn = takeSubset(divided, new Map([['covid', 12]]), { seed: 1 });
  expect(drawn.filter(({ label }) => label === 'covid').filter(isTrain)).toHaveLength(12);
  const isRest = (sample: DatasetSample) => sample.label !== 'covid' || !isTrain(sample);
  expect(drawn.filter(isRest)).toEqual(divided.filter(isRest));
  const pathsOf = (list: readonly DatasetSample[]) => list.map(({ path }) => path).sort();
  // The order of the rows changes nothing; the seed does.
  const again = takeSubset([...divided].reverse(), new Map([['covid', 12]]), { seed: 1 });
  expect(pathsOf(again)).toEqual(pathsOf(drawn));
  const other = takeSubset(divided, new Map([['covid', 12]]), { seed: 2 });
  expect(pathsOf(other)).not.toEqual(pathsOf(drawn));
});

test('a subset of all splits counts all splits', () => {
  const divided = splitDataset(samples, { val: 0.2, test: 0.2 }, { seed: 1 });
  const drawn = takeSubset(divided, new Map([['covid', 18]]), { seed: 1, from: 'all' });
  expect(drawn.filter(({ label }) => label === 'covid')).toHaveLength(18);
});

test('a subset larger than the data reports how many there are, and where', () => {
  const divided = splitDataset(samples, { val: 0.2, test: 0.2 }, { seed: 1 });
  expect(() => takeSubset(divided, new Map([['covid', 1000]]), { seed: 1 })).toThrow(
    /at least 1000 samples of "covid" to draw from, there are \d+ in the training split, \d+ in all splits/,
  );
  expect(() => takeSubset(divided, new Map([['covd', 1]]), { seed: 1 })).toThrow(
    /there are none \(did you mean "covid"\?\)/,
  );
});
