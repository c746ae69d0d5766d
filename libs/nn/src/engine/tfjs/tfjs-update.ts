import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { OptimizerConfig } from '../../train/optimizers.js';
import type { Tfjs } from '../../graph/op.js';

/**
 * One parameter's update, as `emitUpdate` writes it for ONNX: tfjs's own optimizers have no decoupled decay, and a checkpoint cannot
 * read the moments of its Adam.
 */
export function updateTfjs(
  tf: Tfjs,
  config: OptimizerConfig,
  {
    parameter,
    gradient,
    moments,
    learningRate,
    corrections: [correction1, correction2],
  }: {
    parameter: Variable;
    gradient: Tensor;
    moments: readonly Variable[];
    learningRate: number;
    corrections: readonly [number, number];
  },
): void {
  const decay = parameter.rank > 1 ? (config.weightDecay ?? 0) : 0;
  const decayed =
    config.kind === 'adamw' || decay === 0 ? gradient : tf.add(gradient, tf.mul(parameter, decay));
  if (config.kind === 'sgd') {
    const [velocity] = moments;
    const { momentum = 0, nesterov = false } = config;
    let step: Tensor = decayed;
    if (velocity) {
      velocity.assign(tf.add(tf.mul(velocity, momentum), decayed));
      step = nesterov ? tf.add(decayed, tf.mul(velocity, momentum)) : velocity;
    }
    parameter.assign(tf.sub(parameter, tf.mul(step, learningRate)));
    return;
  }
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = config;
  const [mean, variance] = moments as [Variable, Variable];
  mean.assign(tf.add(tf.mul(mean, beta1), tf.mul(decayed, 1 - beta1)));
  variance.assign(tf.add(tf.mul(variance, beta2), tf.mul(tf.square(decayed), 1 - beta2)));
  const root = tf.sqrt(tf.mul(variance, correction2));
  const step = tf.div(tf.mul(mean, correction1), tf.add(root, epsilon));
  const shrink = config.kind === 'adamw' ? learningRate * decay : 0;
  parameter.assign(
    tf.sub(tf.sub(parameter, tf.mul(step, learningRate)), tf.mul(parameter, shrink)),
  );
}
