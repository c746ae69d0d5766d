import { sizeOf, type Shape } from '../graph/shape.js';
import type { JcsNetwork } from '../models/jcs.js';
import type { OptimizerConfig } from '../train/optimizers.js';
import type { StepConfig } from '../train/training-step.js';
import { uniformAt } from '../weights/initialise.js';
import type { StepOptions, TrainingBatch } from './training-session.js';

/** An input of a step. */
export interface StepInput {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/**
 * The inputs of a step's network by name: the batch, its masks' weights, and the dropout drawn from the seed. Every engine gets
 * these, so that all use the same numbers.
 *
 * @throws {RangeError} when the batch size is not the one that the step was built for.
 */
export function stepInputs(
  { batchSize: n, model }: StepConfig,
  { dropouts, maskLogits }: JcsNetwork,
  batch: TrainingBatch,
  { labelSmoothing = 0, seed }: StepOptions,
): Map<string, StepInput> {
  const size = model.imageSize;
  const expected = n * size * size;
  if (batch.image.length !== expected || batch.label.length !== n) {
    throw new RangeError(
      `Expected ${n} images of ${size}×${size}, got ${batch.image.length} values and ${batch.label.length} labels`,
    );
  }
  const inputs = new Map<string, StepInput>([
    ['image', { shape: [n, 1, size, size], data: batch.image }],
    ['label', { shape: [n, 2], data: oneHot(batch.label, labelSmoothing, batch.labelWeight) }],
  ]);
  if (maskLogits) for (const [name, input] of maskInputs(n, size, batch)) inputs.set(name, input);
  for (const [i, { mask, rate }] of dropouts.entries()) {
    const data = new Float32Array(sizeOf(mask.shape));
    const keep = 1 / (1 - rate);
    for (let k = 0; k < data.length; k++)
      data[k] = uniformAt(seed ^ (i << 24), k) < rate ? 0 : keep;
    inputs.set(mask.name, { shape: mask.shape, data });
  }
  return inputs;
}

/** The inputs of the segmentation loss: the masks, and which of them and of their pixels count. */
function maskInputs(n: number, size: number, batch: TrainingBatch): Map<string, StepInput> {
  const masks = batch.maskWeight.reduce((sum, weight) => sum + weight, 0);
  const shape = [n, 1, size, size];
  const known = batch.maskKnown ?? new Float32Array(n * size * size).fill(1);
  return new Map<string, StepInput>([
    ['mask', { shape, data: batch.mask }],
    ['mask_weight', { shape: [n], data: batch.maskWeight }],
    ['mask_known', { shape, data: known }],
    ['mask_share', { shape: [1], data: Float32Array.of(masks > 0 ? 1 / masks : 0) }],
  ]);
}

/** Inputs of the optimizer's update in step t, from 1. */
export function scalarInputs(
  optimizer: OptimizerConfig,
  t: number,
  learningRate: number,
): Map<string, StepInput> {
  const [correction1, correction2] = biasCorrections(optimizer, t);
  const scalar = (value: number) => ({ shape: [1], data: Float32Array.of(value) });
  return new Map([
    ['learning_rate', scalar(learningRate)],
    ['correction_1', scalar(correction1)],
    ['correction_2', scalar(correction2)],
  ]);
}

/** `1 / (1 − β₁^t)` and `1 / (1 − β₂^t)` of step t, from 1; 1 for SGD. */
export function biasCorrections(optimizer: OptimizerConfig, t: number): [number, number] {
  if (optimizer.kind === 'sgd') return [1, 1];
  const { beta1 = 0.9, beta2 = 0.999 } = optimizer;
  return [1 / (1 - beta1 ** t), 1 / (1 - beta2 ** t)];
}

function oneHot(labels: Float32Array, smoothing: number, weights?: Float32Array): Float32Array {
  const rows = new Float32Array(labels.length * 2);
  for (let i = 0; i < labels.length; i++) {
    const weight = weights?.[i] ?? 1;
    rows[i * 2] = weight * ((1 - labels[i]!) * (1 - smoothing) + smoothing / 2);
    rows[i * 2 + 1] = weight * (labels[i]! * (1 - smoothing) + smoothing / 2);
  }
  return rows;
}
