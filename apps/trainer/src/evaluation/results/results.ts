import { baselineNames, baselines as allBaselines } from '@groundglass/dataset';
import type { MeasuredBaselines } from '../../datasets/measure-baselines.js';
import type { PatientMeasurement } from '../measure-patients.js';
import type { LabelMeasurement, MaskMeasurement, Measured, Measurement } from '../measure.js';
import type { Robustness } from '../robustness.js';
import type { SeriesScore } from '../score-series.js';

/** Measurements on one dataset. */
export interface DatasetResult {
  readonly name: string;
  readonly split: string;
  readonly samples: number;
  /** Number of `pictures` without a verdict from a server, in total and by reason; missing in old files. */
  readonly withheld?: Readonly<Record<string, number>>;
  /** As published. */
  readonly all: Measurement;
  /** Without the pictures that the training set has with the other label. */
  readonly withoutContradictions?: Measurement & { readonly dropped: number };
  /** The same pictures by patient; if patients have several. */
  readonly patients?: PatientMeasurement;
  /** Scores of features unrelated to lungs on the same pictures. */
  readonly baselines?: MeasuredBaselines;
}

/** The content of a result file. */
export interface Results {
  /** The command that made it. */
  readonly command: string;
  readonly model: {
    readonly sha256: string;
    readonly metadata: Readonly<Record<string, string>>;
  };
  readonly datasets: readonly DatasetResult[];
  /** Effect of harmless changes on labels, if requested. */
  readonly robustness?: readonly Robustness[];
  /** DICOM series, if requested. */
  readonly series?: readonly SeriesScore[];
}

/** The results for a terminal. */
export function formatResults({
  datasets,
  robustness = [],
  series = [],
}: Pick<Results, 'datasets' | 'robustness' | 'series'>): string {
  return [
    ...datasets.map(formatDataset),
    ...robustness.map(formatRobustness),
    ...(series.length > 0 ? [['series', ...series.map(formatSeries)].join('\n')] : []),
  ].join('\n\n');
}

function formatRobustness({ dataset, pictures, flips }: Robustness): string {
  return [
    `${dataset}: labels that a change flips, of ${pictures} pictures`,
    ...Object.entries(flips).map(([name, count]) => `  ${name.padEnd(24)} ${count}`),
  ].join('\n');
}

function formatSeries(series: SeriesScore): string {
  const { name, label, probability, threshold, positiveSlices, slices } = series;
  return `  ${name.padEnd(24)} ${label}, ${digits(probability)} (threshold ${digits(threshold)}), ${positiveSlices} of ${slices} slices positive`;
}

function formatDataset({
  name,
  split,
  samples,
  all,
  withheld,
  withoutContradictions,
  patients,
  baselines,
}: DatasetResult): string {
  return [
    `${name}, ${split}: ${samples} pictures`,
    ...formatMeasurement(all),
    ...(withheld ? formatWithheld(withheld) : []),
    ...(patients ? formatPatients(patients) : []),
    ...(withoutContradictions
      ? [
          `without the ${withoutContradictions.dropped} that the training set holds with the other label`,
          ...formatMeasurement(withoutContradictions),
        ]
      : []),
    ...(baselines ? formatBaselines(baselines) : []),
  ].join('\n');
}

/** Pictures whose label a server would withhold; the figures above count all pictures. */
function formatWithheld({ pictures = 0, ...reasons }: Readonly<Record<string, number>>): string[] {
  if (pictures === 0) return [];
  const each = Object.entries(reasons).map(([code, count]) => `${code} ${count}`);
  return [
    `  ${'no verdict'.padEnd(12)} ${pictures} pictures (${each.join(', ')}), measured above too`,
  ];
}

/** AUC of patients for a terminal. */
export function formatPatients({
  patients,
  positives,
  mixed,
  mean,
  max,
}: PatientMeasurement): string[] {
  return [
    `  ${patients} patients, ${positives} positive${mixed > 0 ? `, ${mixed} of them with pictures of both labels` : ''}`,
    `  ${'AUC, mean'.padEnd(12)} ${interval(mean)}  of each patient's mean probability`,
    `  ${'AUC, max'.padEnd(12)} ${interval(max)}  of each patient's largest probability`,
  ];
}

/** The baselines for a terminal. */
export function formatBaselines(measured: MeasuredBaselines): string[] {
  return [
    'baselines: what a logistic regression reaches without looking at a lung',
    ...allBaselines.flatMap((baseline) => {
      const labels = measured[baseline];
      if (!labels) return [];
      const { accuracy, f1, auc } = labels;
      return [
        `  ${baselineNames[baseline].padEnd(36)} accuracy ${interval(accuracy)}  F1 ${interval(f1)}  AUC ${interval(auc)}`,
      ];
    }),
  ];
}

function formatMeasurement({
  labels,
  tooFew,
  grades = {},
  falsePositives,
  masks,
  places,
}: Measurement): string[] {
  return [
    ...(labels ? formatLabels(labels) : []),
    ...(tooFew
      ? [
          `  ${tooFew.positives} positive and ${tooFew.negatives} negative pictures: AUC and rates need two of each`,
        ]
      : []),
    ...Object.entries(grades).map(
      ([grade, { auc, sensitivity }]) =>
        `  ${grade.padEnd(12)} AUC ${interval(auc)}  sensitivity ${interval(sensitivity)}`,
    ),
    ...(falsePositives ? [`  ${'false alarms'.padEnd(12)} ${interval(falsePositives)}`] : []),
    ...(masks ? [formatMasks(masks)] : []),
    ...(places
      ? [
          `  of the masks of ${places.pictures} pictures ${percent(places.outsideLungs)} lies outside the lungs, ${percent(places.outsideHull)} outside their hull; lungs covered: ${places.covered.length} pictures`,
        ]
      : []),
  ];
}

function formatLabels(labels: LabelMeasurement): string[] {
  const line = (name: string, measured: Measured) =>
    `  ${name.padEnd(12)} ${interval(measured)}  ${measured.interval}`;
  return [
    `  ${labels.samples} labels, ${labels.positives} positive, threshold ${digits(labels.threshold)}`,
    line('accuracy', labels.accuracy),
    line('F1', labels.f1),
    line('AUC', labels.auc),
    line('sensitivity', labels.sensitivity),
    line('specificity', labels.specificity),
    ...(labels.precision ? [line('precision', labels.precision)] : []),
    ...(labels.negativePredictiveValue ? [line('NPV', labels.negativePredictiveValue)] : []),
    ...(labels.averagePrecision ? [line('PR area', labels.averagePrecision)] : []),
    `  ${'ECE'.padEnd(12)} ${digits(labels.ece)}`,
  ];
}

function formatMasks({ slices, mean, standardDeviation, pooled }: MaskMeasurement): string {
  return `  ${'Dice'.padEnd(12)} ${digits(mean)} ± ${digits(standardDeviation)} over ${slices} slices, pooled ${digits(pooled)}`;
}

/** A share as text. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Three digits, as in all tables. */
export function digits(value: number): string {
  return value.toFixed(3);
}

/** A value with its interval. */
export function interval({ value, lower, upper }: Measured): string {
  return `${digits(value)} [${digits(lower)}, ${digits(upper)}]`;
}
