import type { CtSlice } from '../volume.js';
import { resampleNearest } from './resample.js';
import type { CropBox } from './to-model-input.js';

/** Side of the picture on which the body is looked for; finer changes the box by less than its margin. */
const workingSize = 128;
/** Added on each side, as a share of the box. */
const margin = 0.02;
/** A smaller body than this share of the picture is not believed. */
const smallestShare = 0.2;

/**
 * Finds the box around the body: pixels above air form components, the largest is the body. Air and the table outside of it
 * carry nothing about the lungs and everything about the scanner.
 *
 * Hounsfield units are cut at -400; grey, whose window is unknown, by Otsu's threshold (IEEE Trans. SMC 9(1), 1979).
 *
 * @returns the whole slice where no plausible body is found.
 */
export function chestBox(slice: CtSlice): CropBox {
  const { columns, rows, pixels, unit } = slice;
  const shrink = Math.min(1, workingSize / Math.max(columns, rows));
  const size = {
    columns: Math.max(1, Math.round(columns * shrink)),
    rows: Math.max(1, Math.round(rows * shrink)),
  };
  const small = resampleNearest(pixels, { columns, rows }, size);
  const threshold = unit === 'HU' ? -400 : otsuThreshold(small);
  const box = largestComponentBox(small, size.columns, size.rows, threshold);
  const whole = { left: 0, top: 0, columns, rows };
  if (!box) return whole;
  const left = Math.max(
    0,
    Math.floor(((box.left - margin * box.columns) * columns) / size.columns),
  );
  const top = Math.max(0, Math.floor(((box.top - margin * box.rows) * rows) / size.rows));
  const right = Math.min(
    columns,
    Math.ceil(((box.left + box.columns * (1 + margin)) * columns) / size.columns),
  );
  const bottom = Math.min(
    rows,
    Math.ceil(((box.top + box.rows * (1 + margin)) * rows) / size.rows),
  );
  const found = { left, top, columns: right - left, rows: bottom - top };
  return found.columns * found.rows < smallestShare * columns * rows ? whole : found;
}

/** The threshold that maximises the variance between the two classes it makes, over 256 bins of 0–1. */
export function otsuThreshold(pixels: Float32Array): number {
  const histogram = new Float64Array(256);
  for (const value of pixels) histogram[Math.min(255, Math.max(0, Math.floor(value * 256)))]! += 1;
  let total = 0;
  for (let bin = 0; bin < 256; bin++) total += bin * histogram[bin]!;
  let below = 0;
  let sumBelow = 0;
  let best = 0;
  let threshold = 0.5;
  for (let bin = 0; bin < 255; bin++) {
    below += histogram[bin]!;
    sumBelow += bin * histogram[bin]!;
    const above = pixels.length - below;
    if (below === 0 || above === 0) continue;
    const difference = sumBelow / below - (total - sumBelow) / above;
    const between = below * above * difference * difference;
    if (between > best) {
      best = between;
      threshold = (bin + 1) / 256;
    }
  }
  return threshold;
}

function largestComponentBox(
  pixels: Float32Array,
  columns: number,
  rows: number,
  threshold: number,
): CropBox | undefined {
  const seen = new Uint8Array(pixels.length);
  const stack: number[] = [];
  let best: CropBox | undefined;
  let bestCount = 0;
  for (let start = 0; start < pixels.length; start++) {
    if (seen[start] === 1 || !(pixels[start]! > threshold)) continue;
    let [left, right, top, bottom, count] = [columns, 0, rows, 0, 0];
    stack.push(start);
    seen[start] = 1;
    while (stack.length > 0) {
      const at = stack.pop()!;
      const x = at % columns;
      const y = (at - x) / columns;
      count++;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      const visit = (next: number) => {
        if (seen[next] === 0 && pixels[next]! > threshold) {
          seen[next] = 1;
          stack.push(next);
        }
      };
      if (x > 0) visit(at - 1);
      if (x < columns - 1) visit(at + 1);
      if (y > 0) visit(at - columns);
      if (y < rows - 1) visit(at + columns);
    }
    if (count > bestCount) {
      bestCount = count;
      best = { left, top, columns: right - left + 1, rows: bottom - top + 1 };
    }
  }
  return best;
}
