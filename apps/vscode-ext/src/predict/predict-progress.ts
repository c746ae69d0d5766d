import type { SlicePrediction } from '@groundglass/core';

/** A slice that has been scored, and how many are. */
export interface PredictProgress {
  readonly done: number;
  readonly total: number;
  readonly slice: SlicePrediction;
}
