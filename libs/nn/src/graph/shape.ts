/** Sizes of a tensor's axes; images are `[N, C, H, W]`. */
export type Shape = readonly number[];

/** An op got inputs that it does not take: names the op, what it expected and what it got. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';

  constructor(op: string, expected: string, actual: string) {
    super(`${op}: expected ${expected}, got ${actual}`);
  }
}

/** `[2, 3]` as `2×3`; a scalar as `scalar`. */
export function formatShape(shape: Shape): string {
  return shape.length === 0 ? 'scalar' : shape.join('×');
}

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** @throws {ShapeError} when the shape does not have that many axes. */
export function requireRank(op: string, shape: Shape, rank: number): void {
  if (shape.length !== rank) throw new ShapeError(op, `${rank} axes`, formatShape(shape));
}

/**
 * The broadcast shape of two tensors combined element by element: axes of size 1, and missing leading ones, repeat.
 *
 * @throws {ShapeError} when two sizes differ and neither is 1.
 */
export function broadcastShape(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError(
        op,
        'shapes that repeat over each other',
        `${formatShape(a)} and ${formatShape(b)}`,
      );
    }
    return Math.max(left, right);
  });
}
