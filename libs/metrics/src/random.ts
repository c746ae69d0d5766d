/** A stream of uniform unsigned 32-bit integers. */
export type RandomBits = () => number;

/**
 * xoshiro128** (Blackman & Vigna 2018) from its four state words: small, fast, period 2^128 - 1, and the same
 * stream on every machine, which `Math.random` is not.
 */
export function xoshiro128(state: readonly [number, number, number, number]): RandomBits {
  let [a, b, c, d] = state;
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
}

/** {@link xoshiro128} seeded through SplitMix32, so that neighbouring seeds give unrelated streams. */
export function seededRandom(seed: number): RandomBits {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
  return xoshiro128([next(), next(), next(), next()]);
}

/** A uniform integer in [0, bound): draws in the incomplete last block are thrown away, so nothing is favoured. */
export function randomBelow(random: RandomBits, bound: number): number {
  const limit = 2 ** 32 - (2 ** 32 % bound);
  let draw = random();
  while (draw >= limit) draw = random();
  return draw % bound;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
