import { SeededRandom } from '@groundglass/core';
import type { GreyPicture } from './grey-picture.js';
import {
  mirroredBit,
  negativeBit,
  transposedBit,
  upsideDownBit,
  variantCount,
  type PictureVariant,
} from './picture-variant.js';

const cells = 4;
const directions = 8;
/** Values of a descriptor: gradients by cell and direction. */
const length = cells * cells * directions;
/** 32-bit words of a signature. */
export const wordsOfSignature = 4;
const bits = 32 * wordsOfSignature;
/** Samples on each side of the window. */
const samples = 16;
/** Width of a cell in sigmas, as in Lowe's. */
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
      // Directions are centred on the bins so that those of a turned or mirrored picture are a permutation of them.
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

/** Unit length with no value above 0.2, so that one strong edge does not outweigh the rest. */
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

/** Where a variant of the picture has each value of a descriptor: cells move, and directions turn with them. */
const places: readonly Uint8Array[] = Array.from({ length: variantCount }, (_, variant) =>
  Uint8Array.from({ length }, (_, i) => {
    let direction = i % directions;
    const cell = Math.floor(i / directions);
    let [row, column] = [Math.floor(cell / cells), cell % cells];
    if (variant & transposedBit) [row, column, direction] = [column, row, 2 - direction];
    if (variant & mirroredBit) [column, direction] = [cells - 1 - column, 4 - direction];
    if (variant & upsideDownBit) [row, direction] = [cells - 1 - row, -direction];
    if (variant & negativeBit) direction += 4;
    return (row * cells + column) * directions + ((direction + 2 * directions) % directions);
  }),
);

/** Independent planes; each is also taken in all variants. */
const basePlanes = bits / variantCount;

/**
 * Planes that a descriptor is on one side of or the other. Bit `16 * p + v` is plane `p` on the descriptor of variant `v`, so that the signature
 * of a variant is a permutation of the picture's own and need not be stored. Over the positions that turns and flips map
 * onto each other a plane's signs sum to 0: what round blobs have in common decides no bit.
 */
const planes = makePlanes();

function makePlanes(): Int8Array {
  const orbits = new Map<number, number[]>();
  for (let i = 0; i < length; i++) {
    const orbit = new Set(places.slice(0, 8).map((place) => place[i]!));
    orbits.set(Math.min(...orbit), [...orbit]);
  }
  const random = new SeededRandom(20_200_330);
  const result = new Int8Array(bits * length);
  for (let plane = 0; plane < basePlanes; plane++) {
    const base = new Int8Array(length);
    for (const orbit of orbits.values()) {
      // Half of the positions count as plus, the others as minus.
      for (const [i, place] of random.shuffled(orbit).entries()) base[place] = i % 2 === 0 ? 1 : -1;
    }
    for (let variant = 0; variant < variantCount; variant++) {
      const start = (plane * variantCount + variant) * length;
      for (let i = 0; i < length; i++) result[start + i] = base[places[variant]![i]!]!;
    }
  }
  return result;
}

/** 128 bits of a descriptor: similar descriptors differ in few. */
export function signature(descriptor: Float32Array): Uint32Array {
  const words = new Uint32Array(wordsOfSignature);
  for (let bit = 0; bit < bits; bit++) {
    let sum = 0;
    const plane = bit * length;
    for (let i = 0; i < length; i++) sum += planes[plane + i]! * descriptor[i]!;
    if (sum > 0) words[bit >> 5]! |= 1 << (bit & 31);
  }
  return words;
}

/** What each byte of a plane's 16 bits becomes in a variant: `[(variant * 2 + which byte) * 256 + byte]`. */
const moved = movedBits();

function movedBits(): Uint16Array {
  const nameOf = (place: Uint8Array | readonly number[]) => place.join();
  const variantOf = new Map(places.map((place, variant) => [nameOf(place), variant]));
  const result = new Uint16Array(variantCount * 512);
  for (let variant = 0; variant < variantCount; variant++) {
    for (let to = 0; to < variantCount; to++) {
      // Variant `to` of this variant is one variant of the picture itself.
      const from = variantOf.get(nameOf(Array.from(places[variant]!, (i) => places[to]![i]!)))!;
      const start = (variant * 2 + (from >> 3)) * 256;
      for (let byte = 0; byte < 256; byte++)
        if ((byte >> (from & 7)) & 1) result[start + byte]! |= 1 << to;
    }
  }
  return result;
}

/** The signatures of a picture's points in a variant of the picture. */
export function variantSignatures(signatures: Uint32Array, variant: PictureVariant): Uint32Array {
  if (variant === 0) return signatures;
  const [low, high] = [variant * 512, variant * 512 + 256];
  const result = new Uint32Array(signatures.length);
  for (let i = 0; i < signatures.length; i++) {
    const word = signatures[i]!;
    const first = moved[low + (word & 255)]! | moved[high + ((word >>> 8) & 255)]!;
    const second = moved[low + ((word >>> 16) & 255)]! | moved[high + (word >>> 24)]!;
    result[i] = first | (second << 16);
  }
  return result;
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
