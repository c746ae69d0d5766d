import { uniformAt } from '../weights/initialise.js';

const size = 128;

/** Two square matrices of values in −1 … 1. */
export function productInputs(): { size: number; a: Float32Array; b: Float32Array } {
  const matrix = (seed: number) =>
    Float32Array.from({ length: size * size }, (_, i) => 2 * uniformAt(seed, i) - 1);
  return { size, a: matrix(1), b: matrix(2) };
}

/**
 * Compares a backend's product of {@link productInputs} with one computed here.
 *
 * @throws {Error} naming the first element that differs by more than half-precision arithmetic explains.
 */
export function checkProduct(product: ArrayLike<number>): void {
  const { a, b } = productInputs();
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let expected = 0;
      for (let k = 0; k < size; k++) expected += a[i * size + k]! * b[k * size + j]!;
      const got = product[i * size + j];
      if (got !== undefined && Math.abs(got - expected) < 0.05) continue;
      throw new Error(
        `Expected ${expected.toFixed(4)} in row ${i}, column ${j} of a matrix product, got ${got}`,
      );
    }
  }
}
