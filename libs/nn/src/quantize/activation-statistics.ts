/** Of ten pictures, one may be clipped at either end, so that an outlier does not make all steps coarse. */
const covered = 0.9;

/** Statistics of a tensor over the observed pictures. */
export class ActivationStatistics {
  readonly #lows: number[] = [];
  readonly #highs: number[] = [];
  #means: Float64Array | undefined;
  #dims: readonly number[] | undefined;

  /** @param values of shape `dims`, `[N, C, …]`. */
  add(values: Float32Array, dims: readonly number[]): void {
    const [pictures, channels] = dims as readonly [number, number];
    const means = (this.#means ??= new Float64Array(channels));
    const size = values.length / pictures / channels;
    let low = 0;
    let high = 0;
    for (let start = 0, plane = 0; start < values.length; start += size, plane++) {
      let sum = 0;
      for (let at = start; at < start + size; at++) {
        const value = values[at]!;
        sum += value;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      means[plane % channels]! += sum / (size * pictures);
    }
    this.#lows.push(low);
    this.#highs.push(high);
    this.#dims = dims;
  }

  /** The range that includes 0 and nine of ten pictures at either end. */
  get range(): { readonly low: number; readonly high: number } {
    return { low: 0 - reach(this.#lows.map((low) => 0 - low)), high: reach(this.#highs) };
  }

  /** Mean of each channel. */
  get means(): Float64Array {
    return (this.#means ?? new Float64Array()).map((sum) => sum / this.#highs.length);
  }

  /** Of the last observed picture. */
  get dims(): readonly number[] {
    return this.#dims ?? [];
  }
}

/** The smallest of the values that at least nine of ten do not exceed. */
function reach(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(covered * sorted.length) - 1] ?? 0;
}
