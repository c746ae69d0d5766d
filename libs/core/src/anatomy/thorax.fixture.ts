import type { CtSlice, PixelUnit } from '../index.js';

/** An ellipse in fractions of the picture: centre and half axes. */
export interface Ellipse {
  readonly x: number;
  readonly y: number;
  readonly a: number;
  readonly b: number;
  readonly value: number;
}

/** Draws ellipses over a background, later ones over earlier ones. */
export function drawSlice(
  { columns, rows, unit }: { columns: number; rows: number; unit: PixelUnit },
  background: number,
  ellipses: readonly Ellipse[],
): CtSlice {
  const pixels = new Float32Array(columns * rows).fill(background);
  for (const { x, y, a, b, value } of ellipses) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const dx = ((column + 0.5) / columns - x) / a;
        const dy = ((row + 0.5) / rows - y) / b;
        if (dx * dx + dy * dy <= 1) pixels[row * columns + column] = value;
      }
    }
  }
  return { index: 0, columns, rows, unit, pixels };
}

/** Two lungs, each `π * 0.13 * 0.2` of the picture, in a body in the room's air. Hounsfield units. */
export const thorax: readonly Ellipse[] = [
  { x: 0.5, y: 0.5, a: 0.44, b: 0.34, value: 40 },
  { x: 0.3, y: 0.5, a: 0.13, b: 0.2, value: -850 },
  { x: 0.7, y: 0.5, a: 0.13, b: 0.2, value: -850 },
];

/** The share of the picture that the thorax's lungs take: two ellipses. */
export const lungShare = 2 * Math.PI * 0.13 * 0.2;

/** The thorax with other values: for a window, or for grey. */
export function mapThorax(map: (hu: number) => number): Ellipse[] {
  return thorax.map((ellipse) => ({ ...ellipse, value: map(ellipse.value) }));
}
