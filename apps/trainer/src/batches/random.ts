/** A stream of pseudo-random numbers that any machine repeats from its seed. */
export class Random {
  #state: number;

  /** @param seeds mixed in order, so that (seed, epoch, sample) names a stream of its own. */
  constructor(...seeds: readonly number[]) {
    let state = 0x9e3779b9;
    for (const seed of seeds) state = mix((state ^ seed) >>> 0) + 0x9e3779b9;
    this.#state = state >>> 0;
  }

  /** Uniform in [0, 1) with 32 bits: splitmix32. */
  uniform(low = 0, high = 1): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    return low + (high - low) * (mix(this.#state) / 2 ** 32);
  }

  /** Uniform integer in [0, below). */
  integer(below: number): number {
    return Math.floor(this.uniform() * below);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** A shuffled copy (Fisher–Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const copy = [...items];
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [copy[i], copy[j]] = [copy[j]!, copy[i]!];
    }
    return copy;
  }
}

/** Finalizer of MurmurHash3 with the constants of lowbias32 (Wellons, "hash-prospector"). */
function mix(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}
