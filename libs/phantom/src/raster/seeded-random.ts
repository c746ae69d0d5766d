/** Mixes 32 bits: the finalizer "lowbias32" (Wellons, hash-prospector). */
export function mix32(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0xd35a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/** Pseudo-random numbers that every machine repeats from the seeds: a Weyl sequence through {@link mix32}. */
export class SeededRandom {
  #state = 0x9e3779b9;

  /** @param seeds whole numbers, mixed in order: (7, 2) and (2, 7) are different streams. */
  constructor(...seeds: readonly number[]) {
    for (const seed of seeds) this.#state = mix32(this.#state ^ seed) + 0x6a09e667;
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    return low + (high - low) * (mix32(this.#state) / 2 ** 32);
  }

  /** Whole number in [low, high], both ends included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }
}
