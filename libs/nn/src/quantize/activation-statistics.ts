/** What a tensor held over the pictures that were observed. */
export class ActivationStatistics {
  #pictures = 0;
  #low = 0;
  #high = 0;
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
    this.#pictures++;
    this.#low += low;
    this.#high += high;
    this.#dims = dims;
  }

  /** Lowest and highest value, 0 among them: the means over pictures of each one's, so that one odd picture does not widen the steps. */
  get range(): { readonly low: number; readonly high: number } {
    return { low: this.#low / this.#pictures, high: this.#high / this.#pictures };
  }

  /** Mean of each channel. */
  get means(): Float64Array {
    return (this.#means ?? new Float64Array()).map((sum) => sum / this.#pictures);
  }

  /** Of the picture observed last. */
  get dims(): readonly number[] {
    return this.#dims ?? [];
  }
}
