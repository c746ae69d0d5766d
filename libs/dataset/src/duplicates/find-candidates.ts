import { SeededRandom } from '@groundglass/core';
import type { Keypoints } from '../features/keypoints.js';
import { wordsOfSignature } from '../features/point-signature.js';

const tables = 8;
/** A bucket with more points holds what all pictures have, and says nothing. */
const fullBucket = 400;
/** Points in common buckets that make two pictures worth comparing. */
const leastVotes = 4;
/** Pictures that are compared with each, those with most votes. */
const mostCandidates = 16;

/**
 * Proposes pairs of pictures that may show the same: those with points in the same buckets of a locality-sensitive hash (a bucket is a
 * choice of the signature's bits; Gionis, Indyk and Motwani 1999). The bits of a bucket grow with the number of points, so that work
 * grows with the number of pictures and not with its square.
 *
 * @returns pairs of indices, the smaller first, each once.
 */
export function findCandidates(
  pictures: readonly Pick<Keypoints, 'count' | 'bits' | 'mirrored'>[],
  onProgress?: (done: number, total: number) => void,
): [number, number][] {
  const total = pictures.reduce((sum, { count }) => sum + count, 0);
  const width = Math.min(22, Math.max(10, Math.round(Math.log2(Math.max(2, total))) + 1));
  const indices = Array.from(
    { length: tables },
    (_, table) => new BucketIndex(pictures, bitsOfTable(table, width)),
  );
  const pairs: [number, number][] = [];
  const votes = new Uint16Array(pictures.length);
  for (const [i, picture] of pictures.entries()) {
    const touched: number[] = [];
    for (const index of indices) {
      for (const side of [picture.bits, picture.mirrored]) {
        for (let point = 0; point < picture.count; point++) {
          index.visit(side, point, (other) => {
            // Each pair is found from its later picture.
            if (other >= i) return;
            const before = votes[other] ?? 0;
            if (before === 0) touched.push(other);
            if (before < 65_535) votes[other] = before + 1;
          });
        }
      }
    }
    const best = touched.filter((other) => votes[other]! >= leastVotes);
    best.sort((a, b) => votes[b]! - votes[a]!);
    for (const other of best.slice(0, mostCandidates)) pairs.push([other, i]);
    for (const other of touched) votes[other] = 0;
    onProgress?.(i + 1, pictures.length);
  }
  return pairs;
}

/** Which of the signature's bits a table looks at, spread evenly and differently for each. */
function bitsOfTable(table: number, width: number): number[] {
  const places = Array.from({ length: 32 * wordsOfSignature }, (_, i) => i);
  return new SeededRandom(table).shuffled(places).slice(0, width);
}

/** One table: the pictures of each bucket's points, in typed arrays. */
class BucketIndex {
  readonly #starts: Int32Array;
  readonly #owners: Int32Array;
  readonly #places: readonly number[];

  constructor(pictures: readonly Pick<Keypoints, 'count' | 'bits'>[], places: readonly number[]) {
    this.#places = places;
    const buckets = 2 ** places.length;
    const counts = new Int32Array(buckets + 1);
    for (const { count, bits } of pictures)
      for (let point = 0; point < count; point++) counts[this.#key(bits, point) + 1]!++;
    for (let i = 0; i < buckets; i++) counts[i + 1]! += counts[i]!;
    this.#starts = counts;
    this.#owners = new Int32Array(counts[buckets]!);
    const next = counts.slice(0, buckets);
    for (const [i, { count, bits }] of pictures.entries())
      for (let point = 0; point < count; point++) {
        const key = this.#key(bits, point);
        this.#owners[next[key]!++] = i;
      }
  }

  visit(bits: Uint32Array, point: number, see: (owner: number) => void): void {
    const key = this.#key(bits, point);
    const [start, end] = [this.#starts[key]!, this.#starts[key + 1]!];
    if (end - start > fullBucket) return;
    for (let i = start; i < end; i++) see(this.#owners[i]!);
  }

  #key(bits: Uint32Array, point: number): number {
    let key = 0;
    for (let i = 0; i < this.#places.length; i++) {
      const place = this.#places[i]!;
      key = (key << 1) | ((bits[point * wordsOfSignature + (place >> 5)]! >>> (place & 31)) & 1);
    }
    return key >>> 0;
  }
}
