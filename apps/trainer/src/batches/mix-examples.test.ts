import { describe, expect, test } from 'vitest';
import type { Example } from './batch.js';
import { mixExamples } from './mix-examples.js';
import { SeededRandom } from '@groundglass/core';

/** Four pixels of one grey, and a mask of the same. */
function flat(grey: number, change: Partial<Example> = {}): Example {
  const pixels = new Float32Array(4).fill(grey);
  return { image: pixels, mask: pixels, label: grey, maskWeight: 1, labelWeight: 1, ...change };
}

describe('mixExamples', () => {
  test('blends picture, mask and label by the same share, and an example keeps at least half of itself', () => {
    for (let seed = 0; seed < 50; seed++) {
      const [black, white] = mixExamples([flat(0), flat(1)], 0.4, new SeededRandom(seed));
      // Black and white: the label equals the grey of all pixels.
      expect(black!.label).toBeLessThanOrEqual(0.5);
      expect(white!.label).toBeGreaterThanOrEqual(0.5);
      for (const { label, image, mask } of [black!, white!]) {
        for (const value of [...image, ...mask]) expect(value).toBeCloseTo(label, 6);
      }
    }
  });

  test('draws shares from a symmetric Beta distribution, whose mean distance from the ends is known', () => {
    const random = new SeededRandom(7);
    const shares = Array.from(
      { length: 4000 },
      () => mixExamples([flat(0), flat(1)], 1, random)[0]!.label,
    );
    // Beta(1, 1) is uniform: the smaller share of the two is uniform in 0–0.5, with mean 1/4 and variance 1/48.
    const mean = shares.reduce((sum, x) => sum + x) / shares.length;
    const variance = shares.reduce((sum, x) => sum + (x - mean) ** 2, 0) / shares.length;
    expect(mean).toBeCloseTo(1 / 4, 2);
    expect(variance).toBeCloseTo(1 / 48, 2);
  });

  test('leaves examples whose labels do not count unchanged, and never blends them in', () => {
    const masksOnly = flat(1, { labelWeight: 0 });
    const [first, second, third] = mixExamples(
      [flat(0), masksOnly, flat(0)],
      0.4,
      new SeededRandom(1),
    );
    expect(second).toBe(masksOnly);
    expect([...first!.image, ...third!.image]).toEqual(new Array(8).fill(0));
  });

  test('a mixed mask counts if both pictures have one', () => {
    const noMask = flat(1, { maskWeight: 0 });
    const weights = mixExamples([flat(0), flat(0), noMask], 0.4, new SeededRandom(1)).map(
      ({ maskWeight }) => maskWeight,
    );
    // Each is mixed with the next, the last one with the first.
    expect(weights).toEqual([1, 0, 0]);
  });

  test('mixes nothing with a shape of 0', () => {
    const examples = [flat(0), flat(1)];
    expect(mixExamples(examples, 0, new SeededRandom(1))).toBe(examples);
  });
});
