import { SeededRandom } from '@groundglass/core';
import type { Keypoints } from '../features/keypoints.js';
import { negativeBit, variantCount, type PictureVariant } from '../features/picture-variant.js';
import { variantSignatures, wordsOfSignature } from '../features/point-signature.js';
import { breather } from '../reading/breather.js';

const tables = 8;
/** A bucket with more points holds what all pictures have, and is ignored. */
const fullBucket = 400;
/** Shared buckets that make two pictures worth comparing. */
const leastVotes = 4;
/** Pictures compared with each, those with most votes. */
const mostCandidates = 16;

/** Two pictures that may show the same content. */
export interface Candidate {
  /** The earlier picture. */
  readonly a: number;
  readonly b: number;
  /** The transform that turns B into A. */
  readonly variant: PictureVariant;
}

type SignedPoints = Pick<Keypoints, 'count' | 'bits' | 'bright'>;

/**
 * Proposes pairs of pictures that may show the same content in any turn, flip or negative: those with points in the same buckets of a
 * locality-sensitive hash (a bucket is a choice of the signature's bits; Gionis, Indyk and Motwani 1999). The bits of a bucket grow with the
 * number of points, and a picture has at most sixteen pairs, so that work grows with the number of pictures and not with its square.
 *
 * @returns pairs of indices, each once per variant.
 */
export async function findCandidates(
  pictures: readonly SignedPoints[],
  onProgress?: (done: number, total: number) => void,
): Promise<Candidate[]> {
  const total = pictures.reduce((sum, { count }) => sum + count, 0);
  const width = Math.min(22, Math.max(10, Math.round(Math.log2(Math.max(2, total)))));
  const indices = Array.from(
    { length: tables },
    (_, table) => new BucketIndex(pictures, bitsOfTable(table, width)),
  );
  const breathe = breather();
  const pairs: Candidate[] = [];
  const votes = new Uint16Array(pictures.length * variantCount);
  for (const [b, picture] of pictures.entries()) {
    const touched: number[] = [];
    for (let variant = 0; variant < variantCount; variant++) {
      const bits = variantSignatures(picture.bits, variant);
      const turned = (variant & negativeBit) === 0 ? 0 : 1;
      for (const index of indices) {
        for (let point = 0; point < picture.count; point++) {
          const found = index.bucket(bits, point, picture.bright[point]! ^ turned);
          for (let i = 0; i < found.length; i++) {
            const a = found[i]!;
            // Each pair is found from its later picture; owners are in order.
            if (a >= b) break;
            const place = a * variantCount + variant;
            const before = votes[place]!;
            if (before === 0) touched.push(place);
            if (before < 65_535) votes[place] = before + 1;
          }
        }
      }
    }
    const best = touched.filter((place) => votes[place]! >= leastVotes);
    best.sort((one, other) => votes[other]! - votes[one]!);
    for (const place of best.slice(0, mostCandidates))
      pairs.push({ a: Math.floor(place / variantCount), b, variant: place % variantCount });
    for (const place of touched) votes[place] = 0;
    onProgress?.(b + 1, pictures.length);
    await breathe();
  }
  return pairs;
}

/** Which bits of the signature a table uses, spread evenly and differently for each. */
function bitsOfTable(table: number, width: number): number[] {
  const places = Array.from({ length: 32 * wordsOfSignature }, (_, i) => i);
  return new SeededRandom(table).shuffled(places).slice(0, width);
}

const none = new Int32Array(0);

/** One table: the pictures of each bucket's points, in typed arrays. A bucket is of bright points or of dark ones. */
class BucketIndex {
  readonly #starts: Int32Array;
  readonly #owners: Int32Array;
  readonly #places: readonly number[];

  constructor(pictures: readonly SignedPoints[], places: readonly number[]) {
    this.#places = places;
    const buckets = 2 ** (places.length + 1);
    const counts = new Int32Array(buckets + 1);
    for (const { count, bits, bright } of pictures)
      for (let point = 0; point < count; point++)
        counts[this.#key(bits, point, bright[point]!) + 1]!++;
    for (let i = 0; i < buckets; i++) counts[i + 1]! += counts[i]!;
    this.#starts = counts;
    this.#owners = new Int32Array(counts[buckets]!);
    const next = counts.slice(0, buckets);
    for (const [i, { count, bits, bright }] of pictures.entries())
      for (let point = 0; point < count; point++) {
        const key = this.#key(bits, point, bright[point]!);
        this.#owners[next[key]!++] = i;
      }
  }

  /** The pictures with a point in the bucket, in order; none if the bucket is full. */
  bucket(bits: Uint32Array, point: number, bright: number): Int32Array {
    const key = this.#key(bits, point, bright);
    const [start, end] = [this.#starts[key]!, this.#starts[key + 1]!];
    return start === end || end - start > fullBucket ? none : this.#owners.subarray(start, end);
  }

  #key(bits: Uint32Array, point: number, bright: number): number {
    let key = bright;
    for (let i = 0; i < this.#places.length; i++) {
      const place = this.#places[i]!;
      key = (key << 1) | ((bits[point * wordsOfSignature + (place >> 5)]! >>> (place & 31)) & 1);
    }
    return key >>> 0;
  }
}
