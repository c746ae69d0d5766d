import { binary } from './parts/binary.js';

/** `a + b`. */
export const add = binary(
  'add',
  'Add',
  [({ gradient }) => gradient, ({ gradient }) => gradient],
  (tf, a, b) => tf.add(a, b),
);
