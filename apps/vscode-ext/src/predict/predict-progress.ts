import type { SlicePrediction } from '@groundglass/core';

/** How far a prediction is. */
export interface PredictProgress {
  readonly done: number;
  readonly total: number;
  readonly slices: readonly SlicePrediction[];
}
