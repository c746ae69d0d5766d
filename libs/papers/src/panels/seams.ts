import type { PixelBox, Pixels } from '../pdf/pixels.js';

/** A straight line on which two pictures meet without a gutter. */
export interface Seam {
  /** The first line of the second picture. */
  readonly at: number;
  /** Share of the seam's length on which the pictures differ by a step, 0–1. */
  readonly strength: number;
}

/**
 * Searches for straight steps across a box: where two pictures touch, nearly every pixel of the seam differs from its neighbour
 * across, and no anatomy makes an edge so straight and so long.
 *
 * @param picture colours count: a heat map under a slice has the same edges in grey.
 */
export function findSeams(picture: Pixels, box: PixelBox, along: 'rows' | 'columns'): Seam[] {
  const steps = seamStrengths(picture, box, along);
  const lines = steps.length;
  const usual = usualStrength(steps);
  const first = along === 'rows' ? box.top : box.left;
  const seams: Seam[] = [];
  for (let line = 2; line < lines - 2; line++) {
    const value = steps[line]!;
    if (value < 0.25 || value < 2.5 * usual) continue;
    let peak = true;
    for (let k = Math.max(0, line - 6); k <= Math.min(lines - 1, line + 6); k++) {
      if (steps[k]! > value || (steps[k] === value && k < line)) peak = false;
    }
    if (peak) seams.push({ at: first + line, strength: value });
  }
  return seams;
}

/** The median of strengths: the level of noise and anatomy. */
export function usualStrength(strengths: Float64Array): number {
  return [...strengths].sort((a, b) => a - b)[strengths.length >> 1] ?? 0;
}

/** For each line of a box the share of its length, 0–1, on which the picture changes by a step. */
export function seamStrengths(
  { columns, data }: Pixels,
  box: PixelBox,
  along: 'rows' | 'columns',
): Float64Array {
  const lines = along === 'rows' ? box.rows : box.columns;
  const length = along === 'rows' ? box.columns : box.rows;
  const across = along === 'rows' ? columns : 1;
  const step = along === 'rows' ? 1 : columns;
  const origin = box.top * columns + box.left;
  const steps = new Float64Array(lines);
  for (let line = 3; line < lines - 3; line++) {
    let found = 0;
    let seen = 0;
    for (let i = 0; i < length; i++) {
      const at = origin + line * across + i * step;
      const [a, b] = [data[3 * (at - across) + 1]!, data[3 * at + 1]!];
      const grey = isGreyAt(data, at) && isGreyAt(data, at - across);
      // Both black or both white: no evidence.
      if (grey && ((a < 20 && b < 20) || (a > 242 && b > 242))) continue;
      seen++;
      const jump = largestStep(data, at - across, at);
      // A resampled seam is two pixels wide.
      const wide = largestStep(data, at - 2 * across, at + across);
      // Most pixels end here: the remaining checks cost more.
      if (jump <= 13 && wide <= 26) continue;
      // A line drawn through one picture, such as a cross-hair: both sides of it are similar.
      if (largestStep(data, at - 3 * across, at + 2 * across) < 10) continue;
      const around = Math.max(
        largestStep(data, at - 2 * across, at - across),
        largestStep(data, at, at + across),
      );
      if (jump > 13 && jump > 2 * around) found++;
      else if (wide > 26 && wide > 0.9 * (jump + around)) found += 0.35;
    }
    steps[line] = seen < 0.25 * length ? 0 : (found / seen) * Math.min(1, (2 * seen) / length);
  }
  return steps;
}

function isGreyAt(data: Uint8Array, at: number): boolean {
  return Math.abs(data[3 * at]! - data[3 * at + 2]!) < 16;
}

/** The largest difference of two pixels over the three colours. */
function largestStep(data: Uint8Array, a: number, b: number): number {
  return Math.max(
    Math.abs(data[3 * a]! - data[3 * b]!),
    Math.abs(data[3 * a + 1]! - data[3 * b + 1]!),
    Math.abs(data[3 * a + 2]! - data[3 * b + 2]!),
  );
}
