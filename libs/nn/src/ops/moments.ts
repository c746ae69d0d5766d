import type { Op } from '../graph/op.js';
import { requireRank } from '../graph/shape.js';
import { channelStatistics, channelStatisticsTfjs, unbiased } from './parts/channels.js';

/** Mean and unbiased variance over N, H and W: `[N, C, H, W]` to `[2, C]`. No gradient passes through it. */
export const moments: Op = {
  name: 'moments',
  detached: true,
  shape: ([x]) => {
    requireRank('moments', x!, 4);
    return [2, x![1]!];
  },
  forward: ({ emit, inputs, shapes, mode }) => {
    const c = shapes[0]![1]!;
    if (mode === 'inference') return { output: emit.floats(new Float32Array(2 * c), [2, c]) };
    const { mean, variance } = channelStatistics(emit, inputs[0]!, shapes[0]!);
    const rows = [mean, unbiased(emit, variance, shapes[0]!)].map((values) =>
      emit.reshape(values, [1, c]),
    );
    return { output: emit.node('Concat', rows, { axis: 0 }) };
  },
  backward: () => [undefined],
  tfjs: ({ tf, inputs: [x] }) => {
    const { mean, unbiased } = channelStatisticsTfjs(tf, x!);
    return tf.stack([mean, unbiased]);
  },
};
