import type { DatasetSample } from '@groundglass/core';
import { describe, expect, test } from 'vitest';
import { countDrawn, drawSamples } from './draw-samples.js';
import { SeededRandom } from '@groundglass/core';

const samples: DatasetSample[] = ['a', 'a', 'b', 'b', 'b', 'b', 'b', 'b', 'b', 'b'].map(
  (source, i) => ({ path: `${i}`, label: 'covid', split: 'train', patient: `${i}`, source }),
);

describe('an epoch’s samples', () => {
  test('are all of them, once, if no share is given', () => {
    expect(drawSamples(samples, {}, new SeededRandom(1))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('are another quarter of a source each epoch, without repeats', () => {
    const drawn = Array.from({ length: 20 }, (_, epoch) =>
      drawSamples(samples, { b: 0.25 }, new SeededRandom(1, epoch)),
    );
    for (const indices of drawn) {
      expect(indices.slice(0, 2)).toEqual([0, 1]);
      expect(new Set(indices.slice(2)).size).toBe(2);
    }
    // 40 draws of 8 samples: the chance that one is never drawn is (3/4)^20 = 0.3 % each.
    expect(new Set(drawn.flat()).size).toBe(10);
  });

  test('name the second draw of a sample by an index past the last', () => {
    expect(drawSamples(samples, { a: 2, b: 0 }, new SeededRandom(1))).toEqual([0, 1, 10, 11]);
    const [first, second, third] = drawSamples(samples, { a: 1.5, b: 0 }, new SeededRandom(1));
    expect([first, second]).toEqual([0, 1]);
    expect([10, 11]).toContain(third);
  });

  test('are as many as counted in advance', () => {
    const shares = { a: 1.5, b: 0.3 };
    expect(countDrawn(samples, shares)).toBe(3 + 2);
    expect(drawSamples(samples, shares, new SeededRandom(1))).toHaveLength(5);
  });
});
