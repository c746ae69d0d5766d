/** About how many values of each slice are looked at; enough to see a hundredth of them, little enough to cost nothing. */
const valuesPerSlice = 16_384;

/** Ranges in HU that every CT of a chest has values in. Air is -1000, lung about -850, soft tissue -100 to 100. */
const air = [-1100, -800] as const;
const tissue = [-400, 400] as const;
/** Metal and wide scales reach past 3071 HU; where much of a slice does, the values are something else. */
const beyondHu = 4096;
/** Share of the values that must be air, and tissue; a slice through the chest has a tenth of each and more. */
const fewest = 0.002;
const mostBeyond = 0.05;

/** A thinned-out collection of values from some slices of a volume, with what can be counted in passing. */
export class ValueSample {
  readonly #values: number[] = [];
  #air = 0;
  #tissue = 0;
  #beyond = 0;
  #min = Infinity;
  #max = -Infinity;
  #whole = true;

  /** Adds every n-th value of a slice; what is not finite was not measured and is left out. */
  add(values: ArrayLike<number>): void {
    // An odd step wanders across the columns of a picture.
    const step = Math.max(1, Math.floor(values.length / valuesPerSlice)) | 1;
    for (let i = 0; i < values.length; i += step) {
      const value = values[i]!;
      if (!Number.isFinite(value)) continue;
      this.#values.push(value);
      if (value < this.#min) this.#min = value;
      if (value > this.#max) this.#max = value;
      if (value >= air[0] && value <= air[1]) this.#air++;
      else if (value >= tissue[0] && value <= tissue[1]) this.#tissue++;
      else if (value > beyondHu) this.#beyond++;
      if (this.#whole && !Number.isInteger(value)) this.#whole = false;
    }
  }

  get isEmpty(): boolean {
    return this.#values.length === 0;
  }

  get min(): number {
    return this.#min;
  }

  get max(): number {
    return this.#max;
  }

  /** Whether every value is an integer. */
  get isWhole(): boolean {
    return this.#whole;
  }

  /** Whether all values are one and the same: nothing follows from such a slice. */
  get isConstant(): boolean {
    return this.#min === this.#max;
  }

  /** Whether the values can be Hounsfield units: air and tissue occur, and little lies beyond bone and metal. */
  get looksLikeHu(): boolean {
    const count = this.#values.length;
    return (
      this.#air >= fewest * count &&
      this.#tissue >= fewest * count &&
      this.#air > 0 &&
      this.#tissue > 0 &&
      this.#beyond <= mostBeyond * count
    );
  }

  /** The values in ascending order. */
  sorted(): Float64Array {
    return Float64Array.from(this.#values).sort();
  }
}
