import { SeededRandom } from '@groundglass/core';
import type { GreyPicture } from './grey-picture.js';

const cells = 4;
const directions = 8;
/** Values of a descriptor: gradients by cell and direction. */
const length = cells * cells * directions;
/** 32-bit words of a signature. */
export const wordsOfSignature = 4;
const bits = 32 * wordsOfSignature;
/** Samples on each side of the window. */
const samples = 16;
/** Width of a cell in sigmas, as Lowe's. */
const cellWidth = 3;

/** Histograms of the gradients around a point, 4 × 4 cells of 8 directions, of unit length. */
export function describePoint(
  { columns, rows, pixels }: GreyPicture,
  column: number,
  row: number,
  sigma: number,
): Float32Array {
  const descriptor = new Float32Array(length);
  const step = (cellWidth * sigma * cells) / samples;
  for (let v = 0; v < samples; v++) {
    const y = Math.round(row + (v - (samples - 1) / 2) * step);
    if (y < 1 || y >= rows - 1) continue;
    for (let u = 0; u < samples; u++) {
      const x = Math.round(column + (u - (samples - 1) / 2) * step);
      if (x < 1 || x >= columns - 1) continue;
      const at = y * columns + x;
      const dx = pixels[at + 1]! - pixels[at - 1]!;
      const dy = pixels[at + columns]! - pixels[at - columns]!;
      const size = Math.sqrt(dx * dx + dy * dy);
      if (size === 0) continue;
      const [a, b] = [(u - 7.5) / 8, (v - 7.5) / 8];
      const weight = size * Math.exp(-(a * a + b * b));
      // Directions are centred on the bins so that the mirrored picture's are a permutation of them.
      let turn = (Math.atan2(dy, dx) / (2 * Math.PI)) * directions;
      if (turn < 0) turn += directions;
      const low = Math.floor(turn);
      const part = turn - low;
      const [cu, cv] = [(u + 0.5) / 4 - 0.5, (v + 0.5) / 4 - 0.5];
      const [u0, v0] = [Math.floor(cu), Math.floor(cv)];
      for (let i = 0; i < 2; i++) {
        const cellRow = v0 + i;
        if (cellRow < 0 || cellRow >= cells) continue;
        const down = i === 0 ? 1 - (cv - v0) : cv - v0;
        for (let j = 0; j < 2; j++) {
          const cellColumn = u0 + j;
          if (cellColumn < 0 || cellColumn >= cells) continue;
          const share = weight * down * (j === 0 ? 1 - (cu - u0) : cu - u0);
          const cell = (cellRow * cells + cellColumn) * directions;
          descriptor[cell + (low % directions)]! += share * (1 - part);
          descriptor[cell + ((low + 1) % directions)]! += share * part;
        }
      }
    }
  }
  return bounded(descriptor);
}

/** Unit length with no value above 0.2: one strong edge shall not outweigh the rest. */
function bounded(values: Float32Array): Float32Array {
  for (let round = 0; round < 2; round++) {
    let sum = 0;
    for (const value of values) sum += value * value;
    const scale = 1 / Math.max(Math.sqrt(sum), 1e-12);
    for (let i = 0; i < length; i++)
      values[i] = round === 0 ? Math.min(0.2, values[i]! * scale) : values[i]! * scale;
  }
  return values;
}

/** Where the descriptor of the mirrored picture has each value: columns of cells and horizontal directions swap. */
const mirror = Int32Array.from({ length }, (_, i) => {
  const direction = i % directions;
  const cell = Math.floor(i / directions);
  const [cellRow, cellColumn] = [Math.floor(cell / cells), cell % cells];
  const turned = (directions / 2 - direction + directions) % directions;
  return (cellRow * cells + (cells - 1 - cellColumn)) * directions + turned;
});

/**
 * Planes that a descriptor lies on one side of or the other. Within the cells of one distance from the centre a plane's signs sum to 0:
 * what all descriptors have in common (more gradient in the middle) decides no bit.
 */
const planes = makePlanes();

function makePlanes(): Int8Array {
  const result = new Int8Array(bits * length);
  const rings = [
    [0, 3, 12, 15],
    [1, 2, 4, 7, 8, 11, 13, 14],
    [5, 6, 9, 10],
  ];
  const random = new SeededRandom(20_200_330);
  for (let bit = 0; bit < bits; bit++) {
    for (const ring of rings) {
      const places = ring.flatMap((cell) =>
        Array.from({ length: directions }, (_, direction) => cell * directions + direction),
      );
      // Half of the ring's values count as plus, the others as minus.
      for (const [i, place] of random.shuffled(places).entries())
        result[bit * length + place] = i % 2 === 0 ? 1 : -1;
    }
  }
  return result;
}

/** 128 bits of a descriptor, or of its mirrored picture's: near descriptors differ in few. */
export function signature(descriptor: Float32Array, mirrored: boolean): Uint32Array {
  const words = new Uint32Array(wordsOfSignature);
  for (let bit = 0; bit < bits; bit++) {
    let sum = 0;
    const plane = bit * length;
    for (let i = 0; i < length; i++)
      sum += planes[plane + i]! * descriptor[mirrored ? mirror[i]! : i]!;
    if (sum > 0) words[bit >> 5]! |= 1 << (bit & 31);
  }
  return words;
}

/** Bits in which two signatures differ. */
export function signatureDistance(a: Uint32Array, i: number, b: Uint32Array, j: number): number {
  let count = 0;
  for (let word = 0; word < wordsOfSignature; word++) {
    let v = (a[i * wordsOfSignature + word]! ^ b[j * wordsOfSignature + word]!) >>> 0;
    v -= (v >>> 1) & 0x55555555;
    v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
    count += Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}
