import type { Rank, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { OpNode } from '../../graph/graph.js';
import type { Mode } from '../../graph/op.js';
import { interpolation } from '../../ops/resize.js';
import type { Tfjs } from './load-tfjs.js';
import { convTfjs, type Geometry } from './tfjs-conv.js';

/** What an op's tfjs form is given. */
export interface TfjsContext {
  readonly tf: Tfjs;
  readonly mode: Mode;
  readonly inputs: readonly Tensor[];
  readonly node: OpNode;
  /** Takes the new value of a buffer, by its input index. */
  readonly update: (input: number, value: Tensor) => void;
}

type Form = (context: TfjsContext) => Tensor;

const nhwc = (tf: Tfjs, x: Tensor) => tf.transpose(x, [0, 2, 3, 1]) as Tensor4D;
const nchw = (tf: Tfjs, x: Tensor) => tf.transpose(x, [0, 3, 1, 2]);
const number = ({ node }: TfjsContext, name: string) => node.op.attributes[name] as number;

/** Each op's tfjs form by its name; gradients are tfjs's own, and so check ours. */
const forms: Readonly<Record<string, Form>> = {
  conv: ({ tf, inputs: [x, weight, bias], node }) =>
    convTfjs(tf, x!, weight!, bias, node.op.attributes as unknown as Geometry),
  spaceToPhases: ({ tf, inputs: [x], node }) => {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    const apart = tf.reshape(x!, [n * c, h / 2, 2, w / 2, 2]);
    return tf.reshape(tf.transpose(apart, [0, 2, 4, 1, 3]), [...node.shape]);
  },
  phaseConv: ({ tf, inputs: [x, weight], node }) => {
    const [n, c, h, w] = node.shape as [number, number, number, number];
    const phases = tf.reshape(x!, [n * c, 2, 2, h, w]);
    const whole = tf.reshape(tf.transpose(phases, [0, 3, 1, 4, 2]), [n, c, 2 * h, 2 * w]);
    const geometry = { ...node.op.attributes, groups: c } as unknown as Geometry;
    return convTfjs(tf, whole, weight!, undefined, geometry);
  },
  batchNorm,
  normalise: ({ tf, inputs: [x], node, mode }) => {
    if (mode === 'inference') return tf.clone(x!);
    const { mean, variance } = tf.moments(x!, [0, 2, 3], true);
    const epsilon = node.op.attributes.epsilon as number;
    return tf.mul(tf.sub(x!, mean), tf.rsqrt(tf.add(variance, epsilon)));
  },
  moments: ({ tf, inputs: [x], node }) => {
    const { mean, variance } = tf.moments(x!, [0, 2, 3]);
    const count = (x!.size / node.shape[1]!) | 0;
    return tf.stack([mean, tf.mul(variance, count / Math.max(1, count - 1))]);
  },
  scaleAndShift,
  relu: ({ tf, inputs: [x] }) => tf.relu(x!),
  relu6: ({ tf, inputs: [x] }) => tf.relu6(x!),
  sigmoid: ({ tf, inputs: [x] }) => tf.sigmoid(x!),
  softplus: ({ tf, inputs: [x] }) => tf.softplus(x!),
  add: ({ tf, inputs: [a, b] }) => tf.add(a!, b!),
  sub: ({ tf, inputs: [a, b] }) => tf.sub(a!, b!),
  mul: ({ tf, inputs: [a, b] }) => tf.mul(a!, b!),
  div: ({ tf, inputs: [a, b] }) => tf.div(a!, b!),
  scale: (c) => c.tf.mul(c.inputs[0]!, number(c, 'factor')),
  shift: (c) => c.tf.add(c.inputs[0]!, number(c, 'term')),
  concat: (c) => c.tf.concat([...c.inputs], number(c, 'axis')),
  slice: ({ tf, inputs: [x], node }) => {
    const { axis, start } = node.op.attributes as { axis: number; start: number };
    return tf.slice(
      x!,
      node.shape.map((_, i) => (i === axis ? start : 0)),
      [...node.shape],
    );
  },
  flatten: ({ tf, inputs: [x], node }) => tf.reshape(x!, [...node.shape]),
  reshape: ({ tf, inputs: [x], node }) => tf.reshape(x!, [...node.shape]),
  reduceSum: ({ tf, inputs: [x], node }) =>
    tf.sum(x!, [...(node.op.attributes.axes as number[])], true),
  linear: ({ tf, inputs: [x, weight, bias] }) =>
    tf.add(tf.matMul(x as Tensor2D, weight as Tensor2D, false, true), bias!),
  logSoftmax: ({ tf, inputs: [x] }) => tf.logSoftmax(x!, 1),
  dropout: ({ tf, inputs: [x, mask], mode }) =>
    mode === 'training' ? tf.mul(x!, mask!) : tf.clone(x!),
  maxPool: (c) => {
    const x = nhwc(c.tf, c.inputs[0]!);
    const padding = (c.node.op.attributes.padding as number | undefined) ?? 0;
    return nchw(c.tf, c.tf.maxPool(x, number(c, 'kernel'), number(c, 'stride'), padding, 'floor'));
  },
  averagePool: (c) =>
    nchw(
      c.tf,
      c.tf.avgPool(nhwc(c.tf, c.inputs[0]!), number(c, 'kernel'), number(c, 'stride'), 'valid'),
    ),
  globalAveragePool: ({ tf, inputs: [x] }) => tf.mean(x!, [2, 3], true),
  resize: ({ tf, inputs: [x], node }) => {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    const [, , rows, columns] = node.shape as [number, number, number, number];
    const down = tf.tensor2d(interpolation(h, rows), [rows, h]);
    const across = tf.tensor2d(interpolation(w, columns), [columns, w]);
    const wide = tf.matMul(tf.reshape<Rank.R2>(x!, [n * c * h, w]), across, false, true);
    const turned = tf.transpose(tf.reshape(wide, [n * c, h, columns]), [0, 2, 1]);
    const tall = tf.matMul(tf.reshape<Rank.R2>(turned, [n * c * columns, h]), down, false, true);
    return tf.reshape(tf.transpose(tf.reshape(tall, [n * c, columns, rows]), [0, 2, 1]), [
      ...node.shape,
    ]);
  },
};

function batchNorm(context: TfjsContext): Tensor {
  const { tf, mode, inputs, node, update } = context;
  const [x, gamma, beta, runningMean, runningVariance] = inputs as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const byChannel = (v: Tensor) => tf.reshape(v, [1, -1, 1, 1]);
  let mean = byChannel(runningMean);
  let variance = byChannel(runningVariance);
  if (mode === 'training') {
    mean = tf.mean(x, [0, 2, 3], true);
    variance = tf.mean(tf.square(tf.sub(x, mean)), [0, 2, 3], true);
    const momentum = number(context, 'momentum');
    const count = x.size / gamma.size;
    const blend = (running: Tensor, now: Tensor) =>
      tf.add(tf.mul(running, 1 - momentum), tf.mul(tf.reshape(now, [-1]), momentum));
    update(3, blend(runningMean, mean));
    update(4, blend(runningVariance, tf.mul(variance, count / Math.max(1, count - 1))));
  }
  const inverse = tf.rsqrt(tf.add(variance, node.op.attributes.epsilon as number));
  const normalised = tf.mul(tf.sub(x, mean), inverse);
  return tf.add(tf.mul(normalised, byChannel(gamma)), byChannel(beta));
}

function scaleAndShift(context: TfjsContext): Tensor {
  const { tf, mode, inputs, node, update } = context;
  const [x, gamma, beta, runningMean, runningVariance, moments] = inputs as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const byChannel = (v: Tensor) => tf.reshape(v, [1, -1, 1, 1]);
  const affine = (normalised: Tensor) =>
    tf.add(tf.mul(normalised, byChannel(gamma)), byChannel(beta));
  if (mode === 'inference') {
    const epsilon = node.op.attributes.epsilon as number;
    const inverse = tf.rsqrt(tf.add(byChannel(runningVariance), epsilon));
    return affine(tf.mul(tf.sub(x, byChannel(runningMean)), inverse));
  }
  const momentum = number(context, 'momentum');
  const [mean, variance] = tf.unstack(moments) as [Tensor, Tensor];
  const blend = (running: Tensor, now: Tensor) =>
    tf.add(tf.mul(running, 1 - momentum), tf.mul(now, momentum));
  update(3, blend(runningMean, mean));
  update(4, blend(runningVariance, variance));
  return affine(x);
}

/** Computes an op. @throws {Error} when tfjs has no form of it here. */
export function runTfjs(context: TfjsContext): Tensor {
  const form = forms[context.node.op.name];
  if (!form) throw new Error(`${context.node.op.name} has no tfjs form`);
  return form(context);
}
