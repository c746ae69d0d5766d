import { binary } from './parts/binary.js';

/** `a − b`. */
export const sub = binary(
  'sub',
  'Sub',
  [({ gradient }) => gradient, ({ emit, gradient }) => emit.node('Neg', [gradient])],
  (tf, a, b) => tf.sub(a, b),
);
