/**
 * Points of the unit circle by repeated rotation, with only additions and multiplications: `Math.sin` may differ in the last
 * bit between engines, and phantoms must be identical to the byte everywhere.
 */
const steps = 64;
// cos and sin of 2π/64, rounded to double precision.
const cosStep = 0.9951847266721969;
const sinStep = 0.0980171403295606;

const table: (readonly [number, number])[] = [];
for (let i = 0, x = 1, y = 0; i < steps; i++) {
  table.push([x, y]);
  [x, y] = [x * cosStep - y * sinStep, x * sinStep + y * cosStep];
}

/** The 64 points `[cos, sin]` of a circle of radius 1, counter-clockwise from (1, 0). */
export const unitCircle: readonly (readonly [number, number])[] = table;
