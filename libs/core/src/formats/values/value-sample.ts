/** About how many values of each slice are sampled: enough to see a hundredth of them, few enough to cost nothing. */
const valuesPerSlice = 4096;

/** Ranges in HU that occur in every chest CT. Air is -1000, lung about -850, soft tissue -100 to 100. */
const [lowestAir, highestAir] = [-1100, -800];
const [lowestTissue, highestTissue] = [-400, 400];
/** Metal and wide scales exceed 3071 HU; if much of a slice does, the values are not HU. */
const beyondHu = 4096;
/** Minimum share of air, and of tissue; a slice through the chest has at least a tenth of each. */
const fewest = 0.002;
const mostBeyond = 0.05;

/** A subsample of the values of some slices, with counts taken on the way. */
export class ValueSample {
  #values = new Float64Array(0);
  #air = 0;
  #tissue = 0;
  #beyond = 0;
  #min = Infinity;
  #max = -Infinity;

  /** Adds every n-th value of a slice; skips values that are not finite: they were not measured. */
  add(values: ArrayLike<number>): void {
    // An odd step visits all columns of a picture.
    const step = Math.max(1, Math.floor(values.length / valuesPerSlice)) | 1;
    const more = new Float64Array(Math.ceil(values.length / step));
    // Local counters for speed: this runs for every file that is opened.
    let [count, inAir, inTissue, far] = [0, 0, 0, 0];
    let [min, max] = [this.#min, this.#max];
    for (let i = 0; i < values.length; i += step) {
      const value = values[i]!;
      if (!Number.isFinite(value)) continue;
      more[count++] = value;
      if (value < min) min = value;
      if (value > max) max = value;
      if (value >= lowestAir && value <= highestAir) inAir++;
      else if (value >= lowestTissue && value <= highestTissue) inTissue++;
      else if (value > beyondHu) far++;
    }
    this.#air += inAir;
    this.#tissue += inTissue;
    this.#beyond += far;
    [this.#min, this.#max] = [min, max];
    const all = new Float64Array(this.#values.length + count);
    all.set(this.#values);
    all.set(more.subarray(0, count), this.#values.length);
    this.#values = all;
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

  /** Whether the values can be Hounsfield units: air and tissue occur, and few values exceed bone and metal. */
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
    return this.#values.slice().sort();
  }
}
