import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { below, toBytes, type BitMask } from './bit-mask.js';
import type { PictureSize } from './resample.js';

/** A mask drawn as text: `#` inside, anything else outside; in bits and in bytes. */
export function maskOf(lines: readonly string[]): {
  bits: BitMask;
  mask: Uint8Array;
  size: PictureSize;
} {
  const size = { columns: lines[0]!.length, rows: lines.length };
  const mask = Uint8Array.from(lines.join(''), (sign) => (sign === '#' ? 1 : 0));
  return { bits: toBits(mask, size), mask, size };
}

/** @param mask `rows * columns` values, inside where not 0. */
export function toBits(mask: Uint8Array, size: PictureSize): BitMask {
  return below(
    Float32Array.from(mask, (value) => (value === 0 ? 1 : 0)),
    size,
    1,
  );
}

/** The inverse of {@link maskOf}. */
export function linesOf(bits: BitMask): string[] {
  const { columns, rows } = bits.size;
  const mask = toBytes(bits);
  return Array.from({ length: rows }, (_, row) =>
    Array.from(mask.subarray(row * columns, (row + 1) * columns), (v) => (v ? '#' : '.')).join(''),
  );
}

/** Any mask of up to 40×12 pixels: more columns than a word has bits. */
export const anyMask = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12 }))
  .chain(([columns, rows]) =>
    fc.record({
      size: fc.constant({ columns, rows }),
      mask: fc
        .array(fc.integer({ min: 0, max: 1 }), {
          minLength: columns * rows,
          maxLength: columns * rows,
        })
        .map((values) => Uint8Array.from(values)),
    }),
  );

/** Results of scipy.ndimage and scipy.spatial, from golden/make_morphology.py. */
export const morphologyGolden = (
  JSON.parse(readFileSync(new URL('golden/morphology.json', import.meta.url), 'utf8')) as {
    cases: {
      mask: string[];
      radius: number;
      dilated: string[];
      eroded: string[];
      opened: string[];
      closed: string[];
      filled: string[];
      squaredDistance: number[];
      areas4: number[];
      areas8: number[];
      boxes8: [left: number, top: number, columns: number, rows: number][];
      hullArea: number;
      hullCorners: number;
    }[];
  }
).cases;
