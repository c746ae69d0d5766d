import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  alignToWords,
  countInRun,
  countRuns,
  cutMask,
  emptyMask,
  invert,
  nextInside,
  nextOutside,
  pasteMask,
  setRun,
  toBytes,
  unite,
  valuesInside,
} from './bit-mask.js';
import { linesOf, maskOf, toBits } from './bit-masks.fixture.js';

/** A row of pixels, often longer than a word. */
const anyRow = fc
  .array(fc.boolean(), { minLength: 1, maxLength: 100 })
  .map((inside) => Uint8Array.from(inside, Number));

const rowOf = (row: Uint8Array) => toBits(row, { columns: row.length, rows: 1 });

test('a mask becomes bits and bytes again', () => {
  fc.assert(
    fc.property(anyRow, (row) => {
      expect(toBytes(rowOf(row))).toEqual(row);
    }),
    { seed: 1 },
  );
});

test('nothing is inside past the last column', () => {
  expect([...invert(emptyMask({ columns: 33, rows: 2 })).words]).toEqual([-1, 1, -1, 1]);
  expect([...invert(emptyMask({ columns: 32, rows: 1 })).words]).toEqual([-1]);
});

test('valuesInside keeps the values inside, in their order', () => {
  const size = { columns: 34, rows: 2 };
  const pixels = Float32Array.from({ length: 68 }, (_, at) => at);
  const mask = Uint8Array.from(pixels, (at) => (at % 34 >= 31 ? 1 : 0));
  expect([...valuesInside(pixels, toBits(mask, size))]).toEqual([31, 32, 33, 65, 66, 67]);
});

test('runs are set, counted and found as pixel by pixel', () => {
  fc.assert(
    fc.property(anyRow, fc.nat(100), fc.nat(100), (row, a, b) => {
      const [left, right] = [Math.min(a, b, row.length), Math.min(Math.max(a, b), row.length)];
      const mask = rowOf(row);
      expect(countInRun(mask, 0, left, right)).toBe(
        row.subarray(left, right).reduce((sum, value) => sum + value, 0),
      );
      expect(countRuns(mask)).toBe(row.filter((value, at) => value > (row[at - 1] ?? 0)).length);
      if (left < row.length) {
        expect(nextInside(mask, 0, left)).toBe(row.indexOf(1, left));
        const outside = row.indexOf(0, left);
        if (row[left] === 1)
          expect(nextOutside(mask, 0, left)).toBe(outside < 0 ? row.length : outside);
      }
      setRun(mask, 0, left, right);
      expect(toBytes(mask)).toEqual(row.map((value, at) => (at >= left && at < right ? 1 : value)));
    }),
    { seed: 2, numRuns: 500 },
  );
});

test('a box that is cut out and placed back keeps its pixels, and nothing else is inside', () => {
  fc.assert(
    fc.property(anyRow, fc.nat(99), fc.nat(99), (row, a, b) => {
      const size = { columns: row.length, rows: 3 };
      const [left, last] = [Math.min(a, b) % row.length, Math.max(a, b) % row.length].sort(
        (x, y) => x - y,
      ) as [number, number];
      const mask = toBits(Uint8Array.of(...row, ...row, ...row), size);
      const wanted = { left, top: 1, columns: last - left + 1, rows: 2 };
      const box = alignToWords(wanted, size);
      expect(box.left).toBeLessThanOrEqual(left);
      expect(box.left + box.columns).toBeGreaterThan(last);
      expect(box.left + box.columns).toBeLessThanOrEqual(row.length);
      const inBox = row.map((value, at) =>
        at >= box.left && at < box.left + box.columns ? value : 0,
      );
      const placed = pasteMask(cutMask(mask, box), box, size);
      expect(toBytes(placed)).toEqual(Uint8Array.of(...inBox.map(() => 0), ...inBox, ...inBox));
      expect(unite(mask, placed)).toEqual(mask);
    }),
    { seed: 3, numRuns: 500 },
  );
});

test('a drawn mask reads as it was drawn', () => {
  const lines = ['#..#', '.##.'];
  expect(linesOf(maskOf(lines).bits)).toEqual(lines);
});
