import type { NamedTensor, NamedTensors } from '../weights/named-tensors.js';

/*
 * Arguments and results of every engine's training session.
 */

/** A training session of any engine: state lives in it between steps; `state` and `load` are a checkpoint that every engine reads. */
export interface TrainingSession {
  /** Optimizer steps so far. */
  readonly steps: number;
  run(batch: TrainingBatch, options: StepOptions): Promise<StepResult>;
  weights(): Map<string, NamedTensor>;
  state(): Map<string, NamedTensor>;
  load(state: NamedTensors, steps: number): void;
  close(): Promise<void>;
}

/** A batch for one step. */
export interface TrainingBatch {
  /** `[N, 1, S, S]` in 0–1. */
  readonly image: Float32Array;
  /** `[N]`: 0 non-covid, 1 covid. */
  readonly label: Float32Array;
  /** `[N, 1, S, S]` in 0–1. */
  readonly mask: Float32Array;
  /** `[N]`: 1 where the sample has a mask. */
  readonly maskWeight: Float32Array;
  /** `[N, 1, S, S]`: 0 at pixels where it is unknown whether they are lesion; all 1 unless given. The mask is 0 there. */
  readonly maskKnown?: Float32Array;
  /** `[N]`: 0 where the label must not count, as for slices that train segmentation only. Default: all 1. */
  readonly labelWeight?: Float32Array;
}

/** Options of a step. */
export interface StepOptions {
  readonly learningRate: number;
  readonly labelSmoothing?: number;
  /** Seed of the dropout of this step. */
  readonly seed: number;
}

/** Results of a step. */
export interface StepResult {
  readonly loss: number;
  readonly classificationLoss: number;
  /** 0 for a classifier. */
  readonly segmentationLoss: number;
  /** `[N, 2]`. */
  readonly logits: Float32Array;
  /** By variable, if the step was made with `outputGradients`. */
  readonly gradients?: ReadonlyMap<string, Float32Array>;
}
