import { binary } from './parts/binary.js';

/** `a / b`. */
export const div = binary(
  'div',
  'Div',
  [
    ({ emit, b, gradient }) => emit.div(gradient, b),
    ({ emit, b, output, gradient }) => emit.node('Neg', [emit.div(emit.mul(gradient, output), b)]),
  ],
  (tf, a, b) => tf.div(a, b),
);
