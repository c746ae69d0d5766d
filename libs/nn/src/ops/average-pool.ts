import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Op } from '../graph/op.js';
import { coverage, poolAttributes, pooledShape, type PoolWindow } from './parts/pool-window.js';

/** The mean under a window without padding, as between DenseNet's blocks. */
export function averagePool(window: Omit<PoolWindow, 'padding'>): Op {
  const { kernel, stride } = window;
  return {
    name: 'averagePool',
    shape: ([x]) => pooledShape('averagePool', x!, window),
    forward: ({ emit, inputs }) => ({
      output: emit.node('AveragePool', inputs, poolAttributes(window)),
    }),
    backward: ({ emit, shapes, shape, gradient }) => {
      const share = emit.mul(gradient, emit.scalar(1 / (kernel * kernel)));
      const [, , h, w] = shapes[0] as [number, number, number, number];
      const [, , rows, columns] = shape as [number, number, number, number];
      const across = emit.floats(coverage(columns, w, 0, kernel, window), [columns, w]);
      const down = emit.floats(coverage(rows, h, 0, kernel, window), [rows, h]);
      return [emit.matmul(emit.transpose(down, [1, 0]), emit.matmul(share, across))];
    },
    tfjs: ({ tf, inputs: [x] }) => tf.avgPool(x as Tensor4D, kernel, stride, 'valid'),
  };
}
