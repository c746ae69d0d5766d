import fc from 'fast-check';
import { expect, test } from 'vitest';
import { below } from './bit-mask.js';
import { anyMask, maskOf, morphologyGolden } from './bit-masks.fixture.js';
import { connectedComponents, type Components } from './connected-components.js';
import { largestSquaredDistances } from './distance-transform.js';
import type { PictureSize } from './resample.js';

function largestOf(mask: Uint8Array, size: PictureSize): { found: number[]; regions: Components } {
  const bits = below(
    Float32Array.from(mask, (value) => (value === 0 ? 1 : 0)),
    size,
    0.5,
  );
  const regions = connectedComponents(bits);
  return { found: [...largestSquaredDistances(bits, regions)], regions };
}

/** The largest of the pixels of each region. */
function largestByLabel(distances: readonly number[], { runs, size, components }: Components) {
  const largest = new Array<number>(components.length + 1).fill(0);
  for (let run = 0; run < runs.label.length; run++) {
    for (let column = runs.left[run]!; column < runs.right[run]!; column++) {
      const distance = distances[runs.row[run]! * size.columns + column]!;
      largest[runs.label[run]!] = Math.max(largest[runs.label[run]!]!, distance);
    }
  }
  return largest;
}

test.each(morphologyGolden)('the largest distances are those of scipy.ndimage', (golden) => {
  const { mask, size } = maskOf(golden.mask);
  const { found, regions } = largestOf(mask, size);
  expect(found).toEqual(largestByLabel(golden.squaredDistance, regions));
});

test('the largest distances agree with comparing every pair of pixels', () => {
  fc.assert(
    fc.property(anyMask, ({ mask, size }) => {
      const { columns } = size;
      const distances = Array.from(mask, (value, at) => {
        if (value === 0) return 0;
        let best = Infinity;
        mask.forEach((other, to) => {
          const dx = (to % columns) - (at % columns);
          const dy = Math.floor(to / columns) - Math.floor(at / columns);
          if (other === 0) best = Math.min(best, dx * dx + dy * dy);
        });
        return best;
      });
      const { found, regions } = largestOf(mask, size);
      expect(found).toEqual(largestByLabel(distances, regions));
    }),
    { seed: 6 },
  );
});

test('a disc of radius 6 has its maximum at the centre, where its rows are no bound', () => {
  const size = { columns: 40, rows: 40 };
  const mask = Uint8Array.from({ length: 1600 }, (_, at) => {
    const [x, y] = [(at % 40) - 20, Math.floor(at / 40) - 20];
    return x * x + y * y <= 36 ? 1 : 0;
  });
  // From the middle the nearest pixels outside are (6, 1) away, (7, 0) and (5, 4): 37, 49, 41.
  expect(largestOf(mask, size).found).toEqual([0, 37]);
});
