import type { Warning } from '../../contracts/warning-codes.js';
import type { ValueSample } from './value-sample.js';

/** What the values of a volume mean, and how they become the pixels of its slices. */
export type ValueMeaning =
  | {
      readonly unit: 'HU';
      /** Subtracted from the file's values. */
      readonly offset: number;
      readonly warnings: readonly Warning[];
    }
  | {
      readonly unit: 'grey';
      /** The file's values that become 0 and 1. */
      readonly black: number;
      readonly white: number;
      readonly warnings: readonly Warning[];
    };

/** The mapping from stored samples to the file's values. */
export interface StoredScale {
  readonly slope: number;
  readonly intercept: number;
}

const unscaled: StoredScale = { slope: 1, intercept: 0 };

/**
 * Constants that writers add to keep Hounsfield units positive: 1024 (12-bit scanners), 1000 (water scale), 32768 (16-bit PNG, such
 * as DeepLesion's), 8192 and 2048 (other scanners).
 */
const knownOffsets = [1024, 1000, 32_768, 8192, 2048] as const;

/**
 * Decides whether a file's values are Hounsfield units.
 *
 * They are if the sampled slices hold air and soft tissue at their usual values. If that holds after subtracting one of the known
 * offsets, the offset is subtracted, with the warning `HU_OFFSET`. Everything else (0–255, 0–1, a stretched 0–4095, a crop without air) is
 * grey with `HU_LOST`: a window in HU would turn it black or white.
 *
 * @param sample values of some slices, scaled as the header says.
 * @param stored how they were scaled, so that a scaled 0–255 is recognised too.
 */
export function valueMeaning(sample: ValueSample, stored: StoredScale = unscaled): ValueMeaning {
  if (sample.isEmpty || sample.looksLikeHu || isOnlyAir(sample))
    return { unit: 'HU', offset: 0, warnings: [] };
  const sorted = sample.sorted();
  const offset = findOffset(sorted);
  if (offset !== undefined) {
    return {
      unit: 'HU',
      offset,
      warnings: [{ code: 'HU_OFFSET', detail: `${offset} was subtracted from every value` }],
    };
  }
  return greyMeaning(sample, stored, sorted);
}

/** Grey for values that are not Hounsfield units: which values are black and white, and whether that is a guess. */
export function greyMeaning(
  sample: ValueSample,
  stored: StoredScale = unscaled,
  sorted: Float64Array = sample.sorted(),
): ValueMeaning {
  const { black, white, isGuess } = greyRange(sample, stored, sorted);
  const range = `${round(sample.min)} to ${round(sample.max)}`;
  return {
    unit: 'grey',
    black,
    white,
    warnings: [
      { code: 'HU_LOST', detail: `values from ${range}` },
      ...(isGuess
        ? [
            {
              code: 'GREY_RANGE_GUESSED',
              detail: `black is ${round(black)}, white is ${round(white)}`,
            } as const,
          ]
        : []),
    ],
  };
}

/** A volume of only air or padding stays what the file says it is. */
function isOnlyAir({ min, max }: ValueSample): boolean {
  return min === max && min <= -900;
}

/** The known offset that puts air and soft tissue at their usual values; undefined if none fits. */
function findOffset(sorted: Float64Array): number | undefined {
  let best: { offset: number; off: number } | undefined;
  for (const offset of knownOffsets) {
    const share = (low: number, high: number) => shareBetween(sorted, low + offset, high + offset);
    // The lowest value may be padding outside of the scan's circle, far below air.
    const lowest = sorted[0]!;
    const padding = shareBetween(sorted, lowest, lowest);
    const belowAir = share(-Infinity, -1200) - (lowest - offset < -1200 ? padding : 0);
    if (share(-1100, -850) < 0.02 || belowAir > 0.01 || share(3100, Infinity) > 0.01) continue;
    // In a body, values that are neither air nor lung are mostly soft tissue; in other pictures they spread over the whole range.
    const body = share(-500, Infinity);
    if (body < 0.02 || share(-200, 200) < 0.35 * body) continue;
    const off = Math.abs(airMedian(sorted, offset) + 1000);
    if (!best || off < best.off) best = { offset, off };
  }
  return best?.offset;
}

/** Noise of air spreads over about this many HU; lung starts beyond. */
const airSpread = 80;

/**
 * The median of what would be air: the values just above the lowest one, which itself may be padding or where the noise was
 * clipped; the lowest value if there are hardly any others.
 */
function airMedian(sorted: Float64Array, offset: number): number {
  const lowest = sorted[firstAtLeast(sorted, offset - 1150)]!;
  const start = firstAbove(sorted, lowest);
  const end = firstAbove(sorted, lowest + airSpread);
  if (end - start < 0.05 * sorted.length) return lowest - offset;
  return sorted[(start + end) >> 1]! - offset;
}

interface GreyRange {
  readonly black: number;
  readonly white: number;
  readonly isGuess: boolean;
}

function greyRange(
  sample: ValueSample,
  { slope, intercept }: StoredScale,
  sorted: Float64Array,
): GreyRange {
  if (sample.isEmpty) return { black: 0, white: 1, isGuess: true };
  // 0–1 and 0–255 are recognised in the values or in the stored samples behind them.
  for (const scale of [unscaled, { slope, intercept }]) {
    const ends = [sample.min, sample.max].map((v) => (v - scale.intercept) / scale.slope);
    const [low, high] = [Math.min(...ends), Math.max(...ends)];
    const full = low < -1e-6 ? undefined : high <= 1 + 1e-6 ? 1 : high <= 255 ? 255 : undefined;
    if (full === undefined) continue;
    return {
      black: scale.intercept,
      white: scale.intercept + scale.slope * full,
      isGuess: false,
    };
  }
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const [low, high] = [at(0.001), at(0.999)];
  const spread = high - low;
  // A few outliers (metal, a burnt-in mark) must not darken all others; without outliers the ends are the range.
  const white = sample.max - high > 0.5 * spread ? high : sample.max;
  const lowest = low - sample.min > 0.5 * spread ? low : sample.min;
  // Values that start a little above 0 were stretched from 0 on.
  const black = lowest >= 0 && lowest <= 0.3 * white ? 0 : lowest;
  return { black, white: white > black ? white : black + 1, isGuess: true };
}

/** Turns a file's values into the pixels of a slice, in place. */
export function applyMeaning(
  pixels: Float32Array,
  meaning: ValueMeaning,
  inverted = false,
): Float32Array {
  if (meaning.unit === 'HU') {
    const { offset } = meaning;
    if (offset !== 0) for (let i = 0; i < pixels.length; i++) pixels[i]! -= offset;
    return pixels;
  }
  const { black, white } = meaning;
  const width = white - black;
  for (let i = 0; i < pixels.length; i++) {
    const value = (pixels[i]! - black) / width;
    const grey = value > 0 ? (value < 1 ? value : 1) : 0;
    pixels[i] = inverted ? 1 - grey : grey;
  }
  return pixels;
}

function shareBetween(sorted: Float64Array, low: number, high: number): number {
  return (firstAbove(sorted, high) - firstAtLeast(sorted, low)) / sorted.length;
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstAbove(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function round(value: number): number {
  return Number(value.toPrecision(5));
}
