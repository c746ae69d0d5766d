import fc from 'fast-check';
import { expect, test } from 'vitest';
import { squaredDistance } from './distance-transform.js';
import { anyMask, maskOf, morphologyGolden } from './bit-masks.fixture.js';

test.each(morphologyGolden)('squaredDistance answers what scipy.ndimage answers', (golden) => {
  const { mask, size } = maskOf(golden.mask);
  expect([...squaredDistance(mask, size)]).toEqual(golden.squaredDistance);
});

test('squaredDistance agrees with looking at every pair of pixels', () => {
  fc.assert(
    fc.property(anyMask, ({ mask, size: { columns, rows } }) => {
      const expected = Array.from(mask, (value, at) => {
        if (value === 0) return 0;
        let best = Infinity;
        mask.forEach((other, to) => {
          const dx = (to % columns) - (at % columns);
          const dy = Math.floor(to / columns) - Math.floor(at / columns);
          if (other === 0) best = Math.min(best, dx * dx + dy * dy);
        });
        return best;
      });
      expect([...squaredDistance(mask, { columns, rows })]).toEqual(expected);
    }),
    { seed: 6 },
  );
});
