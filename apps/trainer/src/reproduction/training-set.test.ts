import type { TargetSample } from '@groundglass/dataset';
import { describe, expect, test } from 'vitest';
import { rowData, type ReproductionData } from './training-set.js';

function samples(prefix: string, target: 0 | 1, split: TargetSample['split'], count: number) {
  return Array.from({ length: count }, (_, i): TargetSample => {
    const path = `${prefix}-${target}-${split}-${i}.png`;
    const label = target === 1 ? 'covid' : 'non-covid';
    return { path, label, target, split, patient: path, source: prefix };
  });
}

const data: ReproductionData = {
  original: [
    ...samples('covid-seg', 1, 'train', 118),
    ...samples('luna16', 0, 'train', 36),
    ...samples('covid-seg', 1, 'val', 88),
    ...samples('luna16', 0, 'val', 48),
    ...samples('covid-seg', 1, 'test', 173),
    ...samples('luna16', 0, 'test', 168),
  ],
  covidCt: [
    ...samples('covid-ct', 1, 'train', 191),
    ...samples('covid-ct', 1, 'test', 158),
    ...samples('covid-ct', 0, 'train', 397),
  ],
};
const count = (list: readonly TargetSample[], target: 0 | 1) =>
  list.filter((sample) => sample.target === target).length;

describe('the pictures of a row', () => {
  test.each([
    [['covid-seg'], 118],
    [['covid-ct-349'], 349],
    [['covid-ct-118'], 118],
    [['covid-seg', 'covid-ct-349'], 467],
  ] as const)('with %j are as many as the paper has', (positives, expected) => {
    const { train, validation, test: held } = rowData({ positives }, data, 1);
    expect(count(train, 1)).toBe(expected);
    // 36 of LUNA16 and all others of COVID-CT.
    expect(count(train, 0)).toBe(433);
    expect([count(validation, 1), count(validation, 0)]).toEqual([88, 48]);
    expect([count(held, 1), count(held, 0)]).toEqual([173, 168]);
    expect(train.every(({ split }) => split === 'train')).toBe(true);
  });

  test('of COVID-CT-118 follow from the seed', () => {
    const paths = (seed: number) =>
      rowData({ positives: ['covid-ct-118'] }, data, seed).train.map(({ path }) => path);
    expect(paths(1)).toEqual(paths(1));
    expect(paths(1)).not.toEqual(paths(2));
    expect(new Set(paths(1)).size).toBe(118 + 433);
  });

  test('must hold both classes', () => {
    const without = { ...data, original: data.original.filter(({ split }) => split !== 'val') };
    expect(() => rowData({ positives: ['covid-seg'] }, without, 1)).toThrow('validation pictures');
  });
});
