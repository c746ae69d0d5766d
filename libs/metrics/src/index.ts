export type { BinningOptions, ReliabilityBin } from './calibration.js';
export { brierScore, expectedCalibrationError, logLoss, reliabilityBins } from './calibration.js';
export type { Numbers } from './check.js';
export {
  accuracy,
  f1Score,
  negativePredictiveValue,
  precision,
  sensitivity,
  specificity,
} from './classification-rates.js';
export type { ConfusionMatrix } from './confusion-matrix.js';
export { confusionMatrix, confusionMatrixAt } from './confusion-matrix.js';
export type { AucEstimate, AucIntervalOptions, DelongComparison } from './delong.js';
export { delongTest, rocAucInterval } from './delong.js';
export type { MaskOverlap } from './mask-overlap.js';
export { dice, iou, maskOverlap, poolOverlaps } from './mask-overlap.js';
export type { McNemarResult } from './mcnemar.js';
export { mcnemarTest } from './mcnemar.js';
export type { BootstrapInterval, BootstrapOptions, Names } from './patient-bootstrap.js';
export { patientBootstrap, takeRows } from './patient-bootstrap.js';
export { averagePrecision } from './precision-recall-curve.js';
export type { RocCurve } from './roc-curve.js';
export { rocAuc, rocCurve } from './roc-curve.js';
export type { Summary } from './summarize.js';
export { summarize } from './summarize.js';
export type { FittedTemperature } from './temperature-scaling.js';
export { applyTemperature, fitTemperature } from './temperature-scaling.js';
export type { ChosenThreshold, ThresholdCriterion, ThresholdOptions } from './threshold-choice.js';
export { chooseThreshold } from './threshold-choice.js';
export type { Interval } from './wilson-interval.js';
export { wilsonInterval } from './wilson-interval.js';
