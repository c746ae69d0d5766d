import { shortcuts, type Shortcut, type ShortcutFloor } from '../../baselines/shortcut-floor.js';
import type { LabelMeasurement, MaskMeasurement, Measured, Measurement } from '../measure.js';

/** What was measured on one dataset. */
export interface DatasetResult {
  readonly name: string;
  readonly split: string;
  readonly samples: number;
  /** As published. */
  readonly all: Measurement;
  /** Without the pictures that the training set holds with the other label. */
  readonly withoutContradictions?: Measurement & { readonly dropped: number };
  /** What features that have nothing to do with lungs reach on the same pictures. */
  readonly floor?: ShortcutFloor;
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
}

/** What the shortcuts are called in tables. */
export const shortcutNames: Readonly<Record<Shortcut, string>> = {
  origin: 'file format, colour mode and size',
  grey: 'twelve statistics of grey',
  ring: 'the outer ring of the picture',
};

/** The results as a terminal shows them. */
export function formatResults(datasets: readonly DatasetResult[]): string {
  return datasets.map(formatDataset).join('\n\n');
}

function formatDataset({
  name,
  split,
  samples,
  all,
  withoutContradictions,
  floor,
}: DatasetResult): string {
  return [
    `${name}, ${split}: ${samples} pictures`,
    ...formatMeasurement(all),
    ...(withoutContradictions
      ? [
          `without the ${withoutContradictions.dropped} that the training set holds with the other label`,
          ...formatMeasurement(withoutContradictions),
        ]
      : []),
    ...(floor
      ? [
          'shortcut floor: what a logistic regression reaches without looking at a lung',
          ...shortcuts.map((shortcut) => {
            const { accuracy, f1, auc } = floor[shortcut];
            return `  ${shortcutNames[shortcut].padEnd(34)} accuracy ${digits(accuracy.value)}  F1 ${digits(f1.value)}  AUC ${interval(auc)}`;
          }),
        ]
      : []),
  ].join('\n');
}

function formatMeasurement({ labels, masks }: Measurement): string[] {
  return [...(labels ? formatLabels(labels) : []), ...(masks ? [formatMasks(masks)] : [])];
}

function formatLabels(labels: LabelMeasurement): string[] {
  const line = (name: string, measured: Measured) =>
    `  ${name.padEnd(12)} ${interval(measured)}  ${measured.interval}`;
  return [
    `  ${labels.samples} labels, ${labels.positives} COVID, threshold ${digits(labels.threshold)}`,
    line('accuracy', labels.accuracy),
    line('F1', labels.f1),
    line('AUC', labels.auc),
    line('sensitivity', labels.sensitivity),
    line('specificity', labels.specificity),
    `  ${'ECE'.padEnd(12)} ${digits(labels.ece)}`,
  ];
}

function formatMasks({ slices, mean, standardDeviation, pooled }: MaskMeasurement): string {
  return `  ${'Dice'.padEnd(12)} ${digits(mean)} ± ${digits(standardDeviation)} over ${slices} slices, pooled ${digits(pooled)}`;
}

/** Three digits, as all tables show them. */
export function digits(value: number): string {
  return value.toFixed(3);
}

/** A value with its interval. */
export function interval({ value, lower, upper }: Measured): string {
  return `${digits(value)} [${digits(lower)}, ${digits(upper)}]`;
}
