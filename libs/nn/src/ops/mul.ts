import { binary } from './parts/binary.js';

/** `a · b`. */
export const mul = binary(
  'mul',
  'Mul',
  [
    ({ emit, b, gradient }) => emit.mul(gradient, b),
    ({ emit, a, gradient }) => emit.mul(gradient, a),
  ],
  (tf, a, b) => tf.mul(a, b),
);
