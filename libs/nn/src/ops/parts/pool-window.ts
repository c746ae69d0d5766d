import { formatShape, requireRank, ShapeError, type Shape } from '../../graph/shape.js';

/** Attributes of a pooling window. */
export interface PoolWindow {
  readonly kernel: number;
  readonly stride: number;
  readonly padding?: number;
}

/** The pooled shape of `[N, C, H, W]`. @throws {ShapeError} when not one window fits. */
export function pooledShape(
  name: string,
  x: Shape,
  { kernel, stride, padding = 0 }: PoolWindow,
): Shape {
  requireRank(name, x, 4);
  const [n, c, h, w] = x as [number, number, number, number];
  const size = (length: number) => Math.floor((length + 2 * padding - kernel) / stride) + 1;
  if (size(h) < 1 || size(w) < 1)
    throw new ShapeError(name, `an input of at least ${kernel}×${kernel}`, formatShape(x));
  return [n, c, size(h), size(w)];
}

/** The window as attributes of ONNX. */
export function poolAttributes({ kernel, stride, padding = 0 }: PoolWindow) {
  return {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  };
}

/**
 * `[windows, size]`: 1 where a window of `reach` values, `from` after the window's first, covers a value. Products with such matrices
 * return gradients to where the windows took values from. They use all cores, where Pad and Slice use one.
 */
export function coverage(
  windows: number,
  size: number,
  from: number,
  reach: number,
  { stride, padding = 0 }: PoolWindow,
): Float32Array {
  const matrix = new Float32Array(windows * size);
  for (let i = 0; i < windows; i++) {
    const start = i * stride - padding + from;
    for (let k = Math.max(0, start); k < Math.min(size, start + reach); k++)
      matrix[i * size + k] = 1;
  }
  return matrix;
}
