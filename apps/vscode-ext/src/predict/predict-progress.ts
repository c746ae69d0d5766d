import type { SlicePrediction } from '@groundglass/core';

/** A scored slice, and how many are scored. */
export interface PredictProgress {
  readonly done: number;
  readonly total: number;
  readonly slice: SlicePrediction;
}
