import { SeededRandom } from '@groundglass/core';

/** Whole numbers below a bound, repeated from the seeds. */
export function randomIntegers(...seeds: readonly number[]): (below: number) => number {
  const random = new SeededRandom(...seeds);
  return (below) => random.below(below);
}

/** Numbers that break lengths, counts and offsets. */
const extremes = [
  0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
];

type Mutation = (bytes: Uint8Array, random: (below: number) => number) => Uint8Array;

const mutations: readonly Mutation[] = [
  function flipBits(bytes, random) {
    const copy = bytes.slice();
    for (let n = 1 + random(8); n > 0; n--) copy[place(copy, random)]! ^= 1 << random(8);
    return copy;
  },
  function overwriteNumber(bytes, random) {
    const copy = bytes.slice();
    const value = extremes[random(extremes.length)]!;
    const view = new DataView(copy.buffer);
    const at = place(copy, random);
    const littleEndian = random(2) === 0;
    if (random(2) === 0 && at + 4 <= copy.length) view.setUint32(at, value, littleEndian);
    else if (at + 2 <= copy.length) view.setUint16(at, value & 0xffff, littleEndian);
    return copy;
  },
  function truncate(bytes, random) {
    return bytes.slice(0, random(bytes.length));
  },
  function removeBlock(bytes, random) {
    const start = place(bytes, random);
    const end = Math.min(bytes.length, start + 1 + random(64));
    return concat(bytes.subarray(0, start), bytes.subarray(end));
  },
  function repeatBlock(bytes, random) {
    const start = place(bytes, random);
    const block = bytes.subarray(start, start + 1 + random(256));
    return concat(bytes.subarray(0, start), block, bytes.subarray(start));
  },
  function fillBlock(bytes, random) {
    const copy = bytes.slice();
    const start = place(bytes, random);
    copy.fill(random(2) === 0 ? 0 : 0xff, start, start + 1 + random(128));
    return copy;
  },
  function noiseBlock(bytes, random) {
    const copy = bytes.slice();
    const start = place(bytes, random);
    const end = Math.min(copy.length, start + 1 + random(64));
    for (let i = start; i < end; i++) copy[i] = random(256);
    return copy;
  },
];

/** A damaged copy of a file: one to three mutations, most of them in the first kilobyte, where headers are. */
export function mutate(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  let result = bytes;
  for (let n = 1 + random(3); n > 0 && result.length > 0; n--) {
    result = mutations[random(mutations.length)]!(result, random);
  }
  return result;
}

function place(bytes: Uint8Array, random: (below: number) => number): number {
  const headerOnly = random(4) !== 0;
  return random(headerOnly ? Math.min(bytes.length, 1024) : bytes.length);
}

function concat(...parts: Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}
