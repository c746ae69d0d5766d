import { findChest, lungMask, modelWindow, windowSlice, type CtSlice } from '@groundglass/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { thoraxPhantom, type ThoraxPhantom } from './thorax-phantom.js';

const sliceCount = 14;

interface Score {
  /** Dice of the lung mask with the exact lungs, over all slices. */
  readonly dice: number;
  /** Share of the lesions inside the lung mask. */
  readonly lesions: number;
  /** Share of the lungs that the chest crop cuts off. */
  readonly cutOff: number;
}

/** Compares core's segmentation by thresholds with the phantom's exact masks. */
function score(phantom: ThoraxPhantom, unit: CtSlice['unit']): Score {
  const size = phantom.columns;
  const sum = { both: 0, found: 0, lung: 0, lesion: 0, lesionFound: 0, cutOff: 0 };
  for (let index = 0; index < sliceCount; index++) {
    const first = index * size * size;
    const pixels = Float32Array.from(phantom.hu.subarray(first, first + size * size));
    const hu: CtSlice = { index, columns: size, rows: size, unit: 'HU', pixels };
    const slice = unit === 'HU' ? hu : { ...hu, unit, pixels: windowSlice(hu, modelWindow) };
    const mask = lungMask(slice);
    const { left, top, columns, rows } = findChest(slice).box;
    for (let at = 0; at < size * size; at++) {
      const found = mask?.[at] === 1;
      const real = phantom.lung[first + at] === 1;
      if (found) sum.found++;
      if (real) sum.lung++;
      if (found && real) sum.both++;
      if (phantom.lesions[first + at] !== 0) {
        sum.lesion++;
        if (found) sum.lesionFound++;
      }
      const [x, y] = [(at % size) - left, Math.floor(at / size) - top];
      if (real && (x < 0 || y < 0 || x >= columns || y >= rows)) sum.cutOff++;
    }
  }
  return {
    dice: (2 * sum.both) / (sum.found + sum.lung),
    lesions: sum.lesionFound / sum.lesion,
    cutOff: sum.cutOff / sum.lung,
  };
}

/**
 * The mask is computed on at most 256 pixels per side: in larger slices it is scaled up. Six seeds gave, in HU and in grey, at 256 pixels
 * Dice 0.982 to 0.993 and 0.867 to 1 of the lesions, and at 512 pixels 0.978 to 0.988 and 0.840 to 0.996; the three of this test no less
 * than 0.980 and 0.844. At most 0.4 % of the lungs were cut off.
 */
const sizes = [
  { size: 256, leastLesions: 0.85 },
  { size: 512, leastLesions: 0.84 },
];

describe.each(sizes)('in slices of $size pixels', ({ size, leastLesions }) => {
  describe.each([1, 3, 6])('the lungs of phantom %i', (seed) => {
    let phantom: ThoraxPhantom;
    beforeAll(() => {
      phantom = thoraxPhantom({ seed, covid: true, slices: sliceCount, size });
    });

    test.each(['HU', 'grey'] as const)('are found in %s, with their lesions', (unit) => {
      const { dice, lesions, cutOff } = score(phantom, unit);
      expect(dice).toBeGreaterThan(0.98);
      expect(lesions).toBeGreaterThan(leastLesions);
      expect(cutOff).toBeLessThan(0.005);
    });
  });
});
