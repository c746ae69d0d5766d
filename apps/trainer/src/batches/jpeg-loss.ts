import type { PictureSize } from '@groundglass/core';

const side = 8;

/** Luminance table of ITU-T T.81, Annex K.1. */
// prettier-ignore
const luminance = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
  18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];

/** `[frequency][position]` of the orthonormal DCT-II. */
const cosines = Float64Array.from({ length: side * side }, (_, i) => {
  const [frequency, position] = [Math.floor(i / side), i % side];
  const scale = frequency === 0 ? Math.SQRT1_2 : 1;
  return (scale / 2) * Math.cos(((2 * position + 1) * frequency * Math.PI) / (2 * side));
});

/**
 * The loss of a baseline JPEG on a grey picture: each 8×8 block's cosine transform is rounded to the steps of a quality, as libjpeg scales
 * the standard's table. Entropy coding is lossless and left out.
 *
 * @param pixels `rows * columns` values in 0–1; an incomplete last block keeps its values.
 * @param quality 1 to 100.
 * @returns another picture of values in 0–1.
 */
export function jpegLoss(
  pixels: Float32Array,
  { columns, rows }: PictureSize,
  quality: number,
): Float32Array {
  const scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  const steps = luminance.map((step) =>
    Math.min(255, Math.max(1, Math.floor((step * scale + 50) / 100))),
  );
  const result = pixels.slice();
  const block = new Float64Array(side * side);
  for (let top = 0; top + side <= rows; top += side) {
    for (let left = 0; left + side <= columns; left += side) {
      for (let i = 0; i < block.length; i++)
        block[i] = pixels[(top + (i >> 3)) * columns + left + (i & 7)]! * 255 - 128;
      transform(block, true);
      for (let i = 0; i < block.length; i++)
        block[i] = Math.round(block[i]! / steps[i]!) * steps[i]!;
      transform(block, false);
      for (let i = 0; i < block.length; i++) {
        const value = (Math.round(block[i]!) + 128) / 255;
        result[(top + (i >> 3)) * columns + left + (i & 7)] = value < 0 ? 0 : value > 1 ? 1 : value;
      }
    }
  }
  return result;
}

const half = new Float64Array(side * side);

/** The cosine transform of a block in place, along both axes, or its inverse. */
function transform(block: Float64Array, forward: boolean): void {
  for (const [from, to] of [
    [block, half],
    [half, block],
  ] as const) {
    for (let row = 0; row < side; row++) {
      for (let k = 0; k < side; k++) {
        let sum = 0;
        for (let j = 0; j < side; j++)
          sum += from[row * side + j]! * cosines[forward ? k * side + j : j * side + k]!;
        // Transposed, so that the second pass runs along the other axis and transposes it back.
        to[k * side + row] = sum;
      }
    }
  }
}
