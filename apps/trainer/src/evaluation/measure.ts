import {
  accuracy,
  averagePrecision,
  confusionMatrixAt,
  dice,
  expectedCalibrationError,
  f1Score,
  negativePredictiveValue,
  patientBootstrap,
  poolOverlaps,
  precision,
  rocAuc,
  sensitivity,
  specificity,
  summarize,
  takeRows,
  type ConfusionMatrix,
} from '@groundglass/metrics';
import { bootstrapRandom } from './bootstrap-random.js';
import { patientKey } from '@groundglass/dataset';
import type { SampleScore } from './evaluate.js';

/** A number with its 95 % interval. */
export interface Measured {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  /** Method of the interval. */
  readonly interval: 'Wilson' | 'DeLong' | 'patient bootstrap';
}

/** Metrics of a classifier on a split that has both classes; COVID is always positive. */
export interface LabelMeasurement {
  readonly samples: number;
  readonly positives: number;
  readonly threshold: number;
  readonly matrix: ConfusionMatrix;
  readonly accuracy: Measured;
  readonly f1: Measured;
  readonly auc: Measured;
  readonly sensitivity: Measured;
  readonly specificity: Measured;
  /** Positive and negative predictive value at the split's own share of positives; undefined if nothing was called so. */
  readonly precision?: Measured;
  readonly negativePredictiveValue?: Measured;
  /** Area under the precision-recall curve; guessing reaches the share of positives. Missing in files of earlier versions. */
  readonly averagePrecision?: Measured;
  /** Expected calibration error of P(COVID), fifteen bins of equal width. */
  readonly ece: number;
}

/** Metrics of masks. */
export interface MaskMeasurement {
  /** Number of slices with an expert's mask. */
  readonly slices: number;
  /** Mean Dice over the slices. */
  readonly mean: number;
  readonly standardDeviation: number;
  /** Dice of the pixels of all slices together. */
  readonly pooled: number;
  /** 95 % interval of the mean; missing with fewer than two patients. */
  readonly meanInterval?: Measured;
}

/** Where masks lie, independent of their truth. */
export interface MaskPlaces {
  /** Pictures in which core finds lungs and the model marks something. */
  readonly pictures: number;
  /** Share of everything marked that is outside of the lungs, and outside of the hull that also holds consolidated lobes. */
  readonly outsideLungs: number;
  readonly outsideHull: number;
  /** Pictures whose lungs are 95 % or more marked, by path. */
  readonly covered: readonly string[];
}

/** Metrics of a model on a split; a part is missing if the split does not allow it. */
export interface Measurement {
  readonly labels?: LabelMeasurement;
  /** If `labels` is missing: the classes are too few for rates and curves. */
  readonly tooFew?: { readonly positives: number; readonly negatives: number };
  readonly masks?: MaskMeasurement;
  /** Each grade of disease (`meta.grade`) against all negatives, if samples have one. */
  readonly grades?: Readonly<Record<string, LabelMeasurement>>;
  readonly places?: MaskPlaces;
  /** Share of the negatives that are called positive; if there are no positives. */
  readonly falsePositives?: Measured;
}

/**
 * Measures scores at a threshold. Labels are measured if the split has at least two samples of each class, masks if it has
 * any.
 */
export function measure(scores: readonly SampleScore[], threshold: number): Measurement {
  const labels = measureIfBoth(scores, threshold);
  const negatives = scores.filter(({ sample }) => sample.target === 0);
  const masks = measureMasks(scores);
  const places = measurePlaces(scores);
  const grades = measureGrades(scores, threshold);
  return {
    ...(labels
      ? { labels }
      : { tooFew: { positives: scores.length - negatives.length, negatives: negatives.length } }),
    ...(negatives.length === scores.length && scores.length > 1
      ? { falsePositives: shareCalled(negatives, threshold) }
      : {}),
    ...(grades ? { grades } : {}),
    ...(masks ? { masks } : {}),
    ...(places ? { places } : {}),
  };
}

function measureIfBoth(
  scores: readonly SampleScore[],
  threshold: number,
): LabelMeasurement | undefined {
  const labels = scores.map(({ sample }) => sample.target);
  const positives = labels.filter((label) => label === 1).length;
  if (positives < 2 || labels.length - positives < 2) return undefined;
  const probabilities = scores.map(({ probability }) => probability);
  return measureLabels(labels, probabilities, patientsOf(scores), threshold);
}

function patientsOf(scores: readonly SampleScore[]): string[] {
  return scores.map(({ sample }) => patientKey(sample));
}

/** Positives of one grade against all negatives; the more of the lung is diseased, the easier. */
function measureGrades(
  scores: readonly SampleScore[],
  threshold: number,
): Record<string, LabelMeasurement> | undefined {
  const gradeOf = ({ sample }: SampleScore) => sample.meta?.grade;
  const grades = new Set(
    scores
      .filter(({ sample }) => sample.target === 1)
      .map(gradeOf)
      .filter((grade) => typeof grade === 'string'),
  );
  const result: Record<string, LabelMeasurement> = {};
  for (const grade of [...grades].sort()) {
    const chosen = scores.filter((score) => score.sample.target === 0 || gradeOf(score) === grade);
    const labels = measureIfBoth(chosen, threshold);
    if (labels) result[grade] = labels;
  }
  return grades.size > 1 ? result : undefined;
}

function shareCalled(negatives: readonly SampleScore[], threshold: number): Measured {
  const called = negatives.map(({ probability }) => (probability >= threshold ? 1 : 0));
  return bootstrapped(patientsOf(negatives), (rows) => {
    const drawn = takeRows(called, rows);
    return drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
  });
}

const leastCovered = 0.95;

function measurePlaces(scores: readonly SampleScore[]): MaskPlaces | undefined {
  const known = scores.flatMap(({ sample, places }) => (places ? [{ sample, ...places }] : []));
  if (known.length === 0) return undefined;
  const marked = known.filter((each) => each.marked > 0);
  const total = marked.reduce((sum, each) => sum + each.marked, 0);
  const share = (of: (each: (typeof known)[number]) => number) =>
    total === 0 ? 0 : marked.reduce((sum, each) => sum + of(each), 0) / total;
  return {
    pictures: marked.length,
    outsideLungs: share(({ outsideLungs }) => outsideLungs),
    outsideHull: share(({ outsideHull }) => outsideHull),
    covered: known
      .filter(({ covered }) => covered >= leastCovered)
      .map(({ sample }) => sample.path),
  };
}

/**
 * All intervals are bootstraps over patients: several pictures of one patient are not independent evidence, and treating them so makes
 * an interval too narrow.
 *
 * @throws {RangeError} if a class has fewer than two samples.
 */
export function measureLabels(
  labels: readonly number[],
  probabilities: readonly number[],
  patients: readonly string[],
  threshold: number,
): LabelMeasurement {
  const matrix = confusionMatrixAt(labels, probabilities, threshold);
  const ofMatrix = (statistic: (matrix: ConfusionMatrix) => number) =>
    bootstrapped(patients, (rows) =>
      statistic(
        confusionMatrixAt(takeRows(labels, rows), takeRows(probabilities, rows), threshold),
      ),
    );
  return {
    samples: labels.length,
    positives: matrix.truePositives + matrix.falseNegatives,
    threshold,
    matrix,
    accuracy: ofMatrix(accuracy),
    f1: ofMatrix(f1Score),
    auc: bootstrapped(patients, (rows) =>
      rocAuc(takeRows(labels, rows), takeRows(probabilities, rows)),
    ),
    sensitivity: ofMatrix(sensitivity),
    specificity: ofMatrix(specificity),
    ...(Number.isNaN(precision(matrix)) ? {} : { precision: ofMatrix(precision) }),
    ...(Number.isNaN(negativePredictiveValue(matrix))
      ? {}
      : { negativePredictiveValue: ofMatrix(negativePredictiveValue) }),
    averagePrecision: bootstrapped(patients, (rows) =>
      averagePrecision(takeRows(labels, rows), takeRows(probabilities, rows)),
    ),
    ece: expectedCalibrationError(labels, probabilities),
  };
}

/** A statistic of rows with its 95 % interval: patients are drawn, not pictures. */
export function bootstrapped(
  patients: readonly string[],
  statistic: (rows: Int32Array) => number,
): Measured {
  const { estimate, lower, upper } = patientBootstrap(patients, statistic, {
    random: bootstrapRandom(),
  });
  return { value: estimate, lower, upper, interval: 'patient bootstrap' };
}

function measureMasks(scores: readonly SampleScore[]): MaskMeasurement | undefined {
  const masked = scores.filter(({ overlap }) => overlap !== undefined);
  const overlaps = masked.map(({ overlap }) => overlap!);
  if (overlaps.length === 0) return undefined;
  const patients = patientsOf(masked);
  const dices = overlaps.map((overlap) => dice(overlap));
  const { mean, standardDeviation } = summarize(dices);
  return {
    slices: overlaps.length,
    mean,
    standardDeviation,
    pooled: dice(poolOverlaps(overlaps)),
    ...(new Set(patients).size > 1
      ? {
          meanInterval: bootstrapped(patients, (rows) => summarize(takeRows(dices, rows)).mean),
        }
      : {}),
  };
}
