import { describe, expect, test } from 'vitest';
import type { Picture } from './augment.js';
import type { LoadedSample } from './load-sample.js';
import { pasteLesions } from './paste-lesions.js';
import { SeededRandom } from '@groundglass/core';

const side = 112;

/** A picture of `inside` in a rectangle and `outside` around it. */
function rectangle(
  { left, right }: { left: number; right: number },
  inside: number,
  outside: number,
): Picture {
  const data = Float32Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)];
    return x >= left && x < right && y >= 28 && y < 84 ? inside : outside;
  });
  return { data, columns: side, rows: side };
}

const target: LoadedSample = {
  image: rectangle({ left: 0, right: 112 }, 0.2, 0.8),
  mask: undefined,
  lungs: rectangle({ left: 0, right: 112 }, 1, 0),
};
/** Symmetric, so that the draw of a flip does not matter. */
const donor: LoadedSample = {
  image: rectangle({ left: 28, right: 84 }, 0.6, 0.1),
  mask: rectangle({ left: 28, right: 84 }, 1, 0),
};

describe('pasteLesions', () => {
  const pasted = pasteLesions(target, donor, new SeededRandom(1))!;

  test('brightens the lung by the lesion, where its mask then is', () => {
    const middle = 56 * side + 56;
    expect(pasted.mask!.data[middle]).toBe(1);
    // Between 0.7 and 1 of the way from 0.2 to 0.6.
    expect(pasted.image.data[middle]).toBeGreaterThanOrEqual(0.2 + 0.7 * 0.4 - 1e-6);
    expect(pasted.image.data[middle]).toBeLessThanOrEqual(0.6 + 1e-6);
    const area = pasted.mask!.data.reduce((sum, value) => sum + value, 0);
    expect(Math.abs(area / 56 ** 2 - 1)).toBeLessThan(0.1);
    expect(pasted.pasted).toBe(true);
  });

  test('changes nothing outside of the lungs and nothing far from the lesion', () => {
    for (const at of [0, 10 * side + 56, 56 * side + 4]) {
      expect(pasted.image.data[at]).toBe(target.image.data[at]);
      expect(pasted.mask!.data[at]).toBe(0);
    }
    expect(target.image.data[56 * side + 56]).toBeCloseTo(0.2, 6);
  });

  test('returns undefined if the lesions do not reach the lungs, or there are none', () => {
    const elsewhere = { ...target, lungs: rectangle({ left: 0, right: 10 }, 1, 0) };
    expect(pasteLesions(elsewhere, donor, new SeededRandom(1))).toBeUndefined();
    expect(
      pasteLesions(target, { ...donor, mask: undefined }, new SeededRandom(1)),
    ).toBeUndefined();
    const { image } = target;
    expect(pasteLesions({ image, mask: undefined }, donor, new SeededRandom(1))).toBeUndefined();
  });
});
