import type { PixelBox, Pixels } from '../pdf/pixels.js';

/** A run of lines of one colour across a box. */
export interface Gutter {
  /** First line, and the one after the last, in the picture's pixels. */
  readonly from: number;
  readonly to: number;
  /** Mean grey, 0–255. */
  readonly grey: number;
}

/** How much the pixels of a line may differ and still count as one colour: JPEG adds that much at its edges. */
const tolerance = 26;
/** Pixels of a line that are checked first. */
const samples = 24;
const bins = new Uint32Array(32);
/** Share of a line's pixels that may differ: specks. */
const specks = 0.006;

/**
 * The lines of one colour in a box.
 *
 * @param along `rows`: horizontal lines, `columns`: vertical ones.
 */
export function findGutters(picture: Pixels, box: PixelBox, along: 'rows' | 'columns'): Gutter[] {
  const lines = along === 'rows' ? box.rows : box.columns;
  const first = along === 'rows' ? box.top : box.left;
  const gutters: Gutter[] = [];
  let start = -1;
  let greySum = 0;
  let previous: number | undefined;
  const end = (at: number): void => {
    if (start >= 0) gutters.push({ from: start, to: at, grey: greySum / (at - start) });
    start = -1;
    greySum = 0;
  };
  for (let i = 0; i < lines; i++) {
    const grey = uniformGrey(picture, box, along, i);
    if (grey === undefined) {
      end(first + i);
    } else {
      if (start >= 0 && previous !== undefined && Math.abs(previous - grey) > tolerance)
        end(first + i);
      if (start < 0) start = first + i;
      greySum += grey;
    }
    previous = grey;
  }
  end(first + lines);
  return gutters;
}

/** The mean grey of a line whose pixels are all similar; undefined if they are not. */
function uniformGrey(
  { columns, data }: Pixels,
  box: PixelBox,
  along: 'rows' | 'columns',
  line: number,
): number | undefined {
  const count = along === 'rows' ? box.columns : box.rows;
  const step = along === 'rows' ? 3 : columns * 3;
  let at =
    along === 'rows'
      ? ((box.top + line) * columns + box.left) * 3
      : (box.top * columns + box.left + line) * 3;
  // Most lines cross something: a few of their pixels show it.
  let [darkest, brightest, odd] = [255, 0, 0];
  for (let k = 0; k < samples; k++) {
    const value = data[at + Math.floor(((k + 0.5) * count) / samples) * step + 1]!;
    if (value < darkest) darkest = value;
    if (value > brightest) brightest = value;
    if (brightest - darkest > 2 * tolerance) odd++;
    if (odd > 2) return undefined;
  }
  bins.fill(0);
  let sum = 0;
  const start = at;
  for (let i = 0; i < count; i++, at += step) {
    const value = (data[at]! + data[at + 1]! + data[at + 2]!) / 3;
    bins[value >> 3]!++;
    sum += value;
    if (Math.abs(data[at]! - data[at + 2]!) > 48) {
      // A colour: uniform only if all pixels are, and coloured gutters are too rare to search for.
      return undefined;
    }
  }
  let most = 0;
  for (let i = 1; i < 32; i++) if (bins[i]! > bins[most]!) most = i;
  const centre = most * 8 + 4;
  let outside = 0;
  const allowed = Math.max(0, Math.floor(specks * count));
  at = start;
  for (let i = 0; i < count; i++, at += step) {
    const value = (data[at]! + data[at + 1]! + data[at + 2]!) / 3;
    if (Math.abs(value - centre) > tolerance && ++outside > allowed) return undefined;
  }
  return sum / count;
}
