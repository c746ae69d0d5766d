import type { Op } from '../graph/op.js';
import { sizeOf } from '../graph/shape.js';
import { channelsFirst } from './parts/tfjs-layout.js';

/** `[N, …]` to `[N, rest]`. */
export const flatten: Op = {
  name: 'flatten',
  shape: ([x]) => [x![0]!, sizeOf(x!.slice(1))],
  forward: ({ emit, inputs }) => ({ output: emit.node('Flatten', inputs, { axis: 1 }) }),
  backward: ({ emit, shapes, gradient }) => [emit.reshape(gradient, shapes[0]!)],
  tfjs: ({ tf, inputs: [x], shape }) => tf.reshape(channelsFirst(tf, x!), [...shape]),
};
