/** Mixes 32 bits: the finalizer "lowbias32" (Wellons, hash-prospector). */
export function mix32(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0xd35a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/**
 * Pseudo-random numbers reproducible from seeds on every machine, which `Math.random` is not: a Weyl sequence through
 * {@link mix32}, 32 bits per number, period 2^32. Never for secrets.
 */
export class SeededRandom {
  #state = 0x9e3779b9;

  /** @param seeds whole numbers, mixed in order, so that (seed, epoch, sample) names a stream: (7, 2) and (2, 7) differ. */
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
    return low + this.below(high - low + 1);
  }

  /** Whole number in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** A shuffled copy (Fisher and Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const copy = [...items];
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [copy[i], copy[j]] = [copy[j]!, copy[i]!];
    }
    return copy;
  }
}
