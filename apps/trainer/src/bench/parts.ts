/** The measured parts, each in its own processes. */
export const parts = {
  train: 'DenseNet-169, training step with Adam, 224×224, batch 8',
  infer: 'DenseNet-169, inference, 480×480, batch 1',
  joint: 'fast recipe’s joint model on MobileNetV2, training step with Adam, 224×224, batch 8',
  lite: 'fast recipe’s joint model on EfficientNet-Lite 0, training step with Adam, 224×224, batch 8',
  memory: 'paper recipe (joint model on DenseNet-169), training step, 480×480, batch 16',
} as const;

/** A name in {@link parts}. */
export type Part = keyof typeof parts;

/** The result of one process. */
export interface Measured {
  /** Times of each step, without the first. */
  readonly seconds: readonly number[];
  /** Largest resident set of the process. */
  readonly peakBytes: number;
  readonly version: string;
}
