import type { Shape } from '../graph/shape.js';

/** A tensor of floats. */
export interface NamedTensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** Tensors by name: weights, moments, checkpoints. */
export type NamedTensors = ReadonlyMap<string, NamedTensor>;
