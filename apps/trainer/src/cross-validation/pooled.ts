import type { ResultRow } from '@groundglass/core';
import { patientKey, sampleKey, type TargetSample } from '@groundglass/dataset';
import { measureLabels, type Measured } from '../evaluation/measure.js';
import { measurePatients, type PatientMeasurement } from '../evaluation/measure-patients.js';
import { digits, formatPatients, interval } from '../evaluation/results/results.js';
import type { FoldRecord } from './fold-record.js';
import { measurePatientMasks, type SourceMasks } from './patient-masks.js';

/** Metrics of the pooled scores of all folds; each picture was scored by a network that never saw its patient. */
export interface PooledMeasurement {
  readonly samples: number;
  readonly positives: number;
  readonly patients: number;
  readonly auc: Measured;
  /** Metrics of the labels, each by the threshold of its own fold. */
  readonly accuracy: Measured;
  readonly f1: Measured;
  readonly sensitivity: Measured;
  readonly specificity: Measured;
  readonly byPatient?: PatientMeasurement;
  /** If the data have masks. */
  readonly masks: readonly SourceMasks[];
  /** Mean and sample standard deviation of the folds' AUCs; null if fewer than two folds have one. */
  readonly folds: { readonly mean: number; readonly standardDeviation: number } | null;
}

/** Measures the rows of folds; `thresholds` by sample key are those of the fold that scored it, missing for an unfinished fold. */
export function measurePooled(
  samples: readonly TargetSample[],
  rows: readonly ResultRow[],
  thresholds: ReadonlyMap<string, number>,
  records: readonly FoldRecord[],
): PooledMeasurement {
  const byKey = new Map(samples.map((sample) => [sampleKey(sample), sample]));
  const scored = rows.flatMap((row) => {
    const key = sampleKey(row);
    const sample = byKey.get(key);
    const threshold = thresholds.get(key);
    if (!sample || row.probability === null || threshold === undefined) return [];
    const decision = row.probability >= threshold ? 1 : 0;
    return [{ sample, probability: row.probability, decision, overlap: row.evaluation?.overlap }];
  });
  const labels = scored.map(({ sample }) => sample.target);
  const patients = scored.map(({ sample }) => patientKey(sample));
  const { auc } = measureLabels(
    labels,
    scored.map(({ probability }) => probability),
    patients,
    0.5,
  );
  const decided = measureLabels(
    labels,
    scored.map(({ decision }) => decision),
    patients,
    0.5,
  );
  const byPatient = measurePatients(scored);
  return {
    samples: scored.length,
    positives: decided.positives,
    patients: new Set(patients).size,
    auc,
    accuracy: decided.accuracy,
    f1: decided.f1,
    sensitivity: decided.sensitivity,
    specificity: decided.specificity,
    ...(byPatient ? { byPatient } : {}),
    masks: measurePatientMasks(scored),
    folds: spread(records.flatMap(({ auc: own }) => (own ? [own.value] : []))),
  };
}

function spread(values: readonly number[]): PooledMeasurement['folds'] {
  if (values.length < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardDeviation: Math.sqrt(squares / (values.length - 1)) };
}

/** The folds and their pooled metrics, for a terminal. */
export function formatCrossValidation(
  records: readonly FoldRecord[],
  pooled: PooledMeasurement,
): string {
  const line = (name: string, measured: Measured) => `  ${name.padEnd(12)} ${interval(measured)}`;
  return [
    ...records.map(
      ({ fold, test, auc, threshold }) =>
        `fold ${fold}: ${test.pictures} pictures of ${test.patients} patients, ${test.positives} positive, AUC ${auc ? `${digits(auc.value)} [${digits(auc.lower)}, ${digits(auc.upper)}]` : 'not defined'}, threshold ${digits(threshold)}`,
    ),
    `all folds: ${pooled.samples} pictures of ${pooled.patients} patients, ${pooled.positives} positive; intervals are bootstraps over patients`,
    line('AUC', pooled.auc),
    line('accuracy', pooled.accuracy),
    line('F1', pooled.f1),
    line('sensitivity', pooled.sensitivity),
    line('specificity', pooled.specificity),
    ...(pooled.byPatient ? formatPatients(pooled.byPatient) : []),
    ...pooled.masks.map(formatMasks),
    ...(pooled.folds
      ? [
          `  AUC of the folds: ${digits(pooled.folds.mean)} ± ${digits(pooled.folds.standardDeviation)} (mean ± standard deviation)`,
        ]
      : []),
    'The pooled AUC ranks scores of different networks together; if it is much below the folds’ own, their scores are not on the same scale.',
  ].join('\n');
}

function formatMasks({
  source,
  patients,
  guessedPatients,
  mean,
  meanInterval,
}: SourceMasks): string {
  const values = patients.map(({ dice }) => dice);
  const range = `${digits(Math.min(...values))} to ${digits(Math.max(...values))}`;
  const shown = meanInterval ? interval(meanInterval) : digits(mean);
  return `  Dice of ${source}: ${shown}, the mean of ${patients.length} patients${guessedPatients > 0 ? `, ${guessedPatients} of them guessed` : ''} (${range})`;
}
