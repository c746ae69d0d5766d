import type { Point } from '../imaging/convex-hull.js';

/** Millimetres between the centres of neighbouring columns and rows, as `Geometry.spacing` and `pixelSpacing` have them. */
export interface PixelSpacing {
  readonly column: number;
  readonly row: number;
}

/**
 * The area of a mask in mm²: its pixels at or above the threshold times the area of one.
 *
 * @throws {RangeError} when a spacing is not more than 0.
 */
export function maskAreaMm2(
  mask: Float32Array | Uint8Array,
  spacing: PixelSpacing,
  threshold = 0.5,
): number {
  checkSpacing(spacing);
  let pixels = 0;
  for (let at = 0; at < mask.length; at++) if (mask[at]! >= threshold) pixels++;
  return pixels * spacing.column * spacing.row;
}

/**
 * The length in mm of a closed line of `maskContours`.
 *
 * @throws {RangeError} when a spacing is not more than 0.
 */
export function contourLengthMm(points: readonly Point[], spacing: PixelSpacing): number {
  checkSpacing(spacing);
  return points.reduce((sum, [ax, ay], i) => {
    const [bx, by] = points[(i + 1) % points.length]!;
    return sum + Math.hypot((bx - ax) * spacing.column, (by - ay) * spacing.row);
  }, 0);
}

function checkSpacing({ column, row }: PixelSpacing): void {
  if (!(column > 0 && row > 0)) {
    throw new RangeError(`Expected a pixel spacing of more than 0 mm, got ${column} × ${row}`);
  }
}
