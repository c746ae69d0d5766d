import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Op } from '../graph/op.js';
import { formatShape, requireRank, ShapeError } from '../graph/shape.js';

/** Fully connected: `[N, I]` times weights `[O, I]`, plus bias `[O]`; weights as PyTorch stores them. */
export const linear: Op = {
  name: 'linear',
  costly: true,
  shape: ([x, weight, bias]) => {
    requireRank('linear input', x!, 2);
    requireRank('linear weights', weight!, 2);
    if (weight![1] !== x![1])
      throw new ShapeError('linear', `weights for ${x![1]!} inputs`, formatShape(weight!));
    if (bias!.length !== 1 || bias![0] !== weight![0])
      throw new ShapeError('linear bias', String(weight![0]), formatShape(bias!));
    return [x![0]!, weight![0]!];
  },
  forward: ({ emit, inputs }) => ({ output: emit.node('Gemm', inputs, { transB: 1 }) }),
  backward: ({ emit, inputs, gradient, wanted }) => [
    wanted[0] === true ? emit.matmul(gradient, inputs[1]!) : undefined,
    wanted[1] === true ? emit.matmul(emit.transpose(gradient, [1, 0]), inputs[0]!) : undefined,
    wanted[2] === true ? emit.reduceSum(gradient, [0], false) : undefined,
  ],
  tfjs: ({ tf, inputs: [x, weight, bias] }) =>
    tf.add(tf.matMul(x as Tensor2D, weight as Tensor2D, false, true), bias!),
};
