import { baselineNames, baselines as allBaselines } from '@groundglass/dataset';
import type { MeasuredBaselines } from '../../datasets/measure-baselines.js';
import type { Recipe } from '../../training/recipes/recipe.js';
import type { Measurement } from '../measure.js';
import type { Robustness } from '../robustness.js';
import type { SeriesScore } from '../score-series.js';
import type { Publication, PublishedRun } from './publication.js';
import { digits, interval, percent, type DatasetResult } from './results.js';

/** A Markdown table. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The measurements on each dataset, next to the baselines. */
export function resultTables({ results }: Publication): string {
  const { datasets, robustness = [], series = [] } = results;
  return [
    ...datasets.map(datasetTables),
    ...robustness.map(robustnessTable),
    ...(series.length > 0 ? [seriesTable(series)] : []),
  ].join('\n\n');
}

/** Method of the intervals. */
export function intervalText({ results }: Publication): string {
  const kinds = results.datasets.map(({ all }) => all.labels?.auc.interval);
  return kinds.includes('DeLong')
    ? 'Intervals are of 95 %: Wilson for rates, DeLong for AUC, bootstrap over patients for F1.'
    : 'Intervals are of 95 %, by a bootstrap over patients.';
}

function robustnessTable({ dataset, pictures, flips }: Robustness): string {
  const rows = Object.entries(flips).map(([name, count]) => [name, String(count)]);
  return [
    `**Harmless changes.** Labels that each change flips, of ${pictures} validation pictures of ${dataset}.`,
    table(['change', 'labels flipped'], rows),
  ].join('\n\n');
}

function seriesTable(series: readonly SeriesScore[]): string {
  return [
    '**DICOM series**, scored slice by slice as a server does.',
    table(
      ['series', 'label', 'score', 'threshold', 'slices at or above the threshold of slices'],
      series.map(({ name, label, probability, threshold, positiveSlices, slices }) => [
        name,
        label,
        digits(probability),
        digits(threshold),
        `${positiveSlices} of ${slices}`,
      ]),
    ),
  ].join('\n\n');
}

function datasetTables(dataset: DatasetResult): string {
  const { all, withheld, withoutContradictions, patients, baselines } = dataset;
  const { masks, grades = {}, falsePositives, places } = all;
  const rows = [
    measurementRow('as published', all),
    ...Object.entries(grades).map(([grade, labels]) =>
      measurementRow(`grade ${grade} against all negatives`, { labels }),
    ),
    ...(withoutContradictions
      ? [
          measurementRow(
            `without the ${withoutContradictions.dropped} pictures that the training set holds with the other label`,
            withoutContradictions,
          ),
        ]
      : []),
    ...(baselines ? baselineRows(baselines) : []),
  ].filter((row) => row !== undefined);
  const part = dataset.split === 'all' ? 'all of it' : `${dataset.split} split`;
  return [
    `**${dataset.name}**, ${part}, ${dataset.samples} pictures.`,
    ...(rows.length > 0
      ? [
          table(
            ['', 'accuracy', 'F1', 'AUC', 'sensitivity', 'specificity', 'ECE', 'threshold'],
            rows,
          ),
        ]
      : []),
    ...(patients
      ? [
          `Of ${patients.patients} patients (${patients.positives} positive): AUC of the mean probability of their pictures ${interval(patients.mean)}, of the largest ${interval(patients.max)}.`,
        ]
      : []),
    ...(withheld?.pictures
      ? [
          `A server shows no label of ${withheld.pictures} of these pictures; they are measured all the same.`,
        ]
      : []),
    ...(falsePositives
      ? [`Called positive though all are negative: ${interval(falsePositives)}.`]
      : []),
    ...(masks
      ? [
          `Lesion Dice ${digits(masks.mean)} ± ${digits(masks.standardDeviation)} (mean ± standard deviation over ${masks.slices} slices${masks.meanInterval ? `; interval of the mean ${interval(masks.meanInterval).slice(6)}` : ''}), ${digits(masks.pooled)} over the pixels of all slices together.`,
        ]
      : []),
    ...(places
      ? [
          `Of what the masks of ${places.pictures} pictures mark, ${percent(places.outsideLungs)} lies outside the lungs that thresholds find and ${percent(places.outsideHull)} outside the lungs' hull, which also holds consolidated lobes. Lungs marked over 95 % or more: ${places.covered.length} pictures${places.covered.length > 0 ? ` (${places.covered.slice(0, 6).join(', ')})` : ''}.`,
        ]
      : []),
  ].join('\n\n');
}

function measurementRow(name: string, { labels }: Measurement): string[] | undefined {
  if (!labels) return undefined;
  const { accuracy, f1, auc, sensitivity, specificity, ece, threshold } = labels;
  return [
    name,
    ...[accuracy, f1, auc, sensitivity, specificity].map(interval),
    digits(ece),
    digits(threshold),
  ];
}

function baselineRows(measured: MeasuredBaselines): string[][] {
  return allBaselines.flatMap((baseline) => {
    const labels = measured[baseline];
    if (!labels) return [];
    return [
      [`*baseline:* ${baselineNames[baseline]}`, ...measurementRow('', { labels })!.slice(1)],
    ];
  });
}

/** The inputs of each run. */
export function runTable(runs: readonly PublishedRun[]): string {
  return table(
    [
      'run',
      'start',
      'network',
      'pixels',
      'epochs (kept)',
      'learning rate',
      'validation AUC',
      'validation Dice',
      'minutes',
    ],
    runs.map(({ name, recipe, inputs, records }) => {
      const best = records.findLast((record) => record.best);
      return [
        name,
        startText(inputs),
        networkText(recipe.model),
        `${recipe.imageSize}`,
        `${records.length} (${best ? best.epoch + 1 : '–'})`,
        recipe.optimizer.learningRate.toExponential(1),
        best?.validation.auc?.toFixed(3) ?? '–',
        best?.validation.dice?.toFixed(3) ?? '–',
        (records.reduce((sum, record) => sum + record.seconds, 0) / 60).toFixed(0),
      ];
    }),
  );
}

function startText({ start, alsoFrom = [] }: PublishedRun['inputs']): string {
  return start ? [start, ...alsoFrom].map(({ file }) => file).join(' + ') : 'seed';
}

function networkText({
  backbone,
  outputStride,
  asppChannels,
  skipChannels,
  maskStatistics,
  backboneFeatures,
}: Recipe['model']): string {
  return [
    backbone,
    `stride ${outputStride}`,
    `ASPP ${asppChannels}`,
    ...(skipChannels > 0 ? [`skip ${skipChannels}`] : []),
    ...(maskStatistics ? ['reads its mask'] : []),
    ...(backboneFeatures ? ['reads the backbone'] : []),
  ].join(', ');
}

/** Notes on single runs, a paragraph each. */
export function runNotes(runs: readonly PublishedRun[]): string {
  return runs
    .map(({ name, inputs }) => (inputs.note === undefined ? '' : `\nRun ${name}: ${inputs.note}\n`))
    .join('');
}

/** Pictures by source and split of the last run. */
export function dataTable(run: PublishedRun): string {
  const { sampling, loss } = run.recipe;
  return table(
    ['source', 'train', 'validation', 'share an epoch', 'trains'],
    Object.entries(run.inputs.samples).map(([source, counts]) => [
      source,
      String(counts.train ?? 0),
      String(counts.val ?? 0),
      String(sampling[source] ?? 1),
      trainsText(source, loss),
    ]),
  );
}

function trainsText(source: string, loss: Recipe['loss']): string {
  if (loss.labelledByMask.includes(source)) return 'masks, and labels where a mask shows a lesion';
  return loss.segmentationOnly.includes(source) ? 'masks' : 'labels and masks';
}

/** Notes from the manifests of a run's datasets, a line each; empty for runs from before they were recorded. */
export function datasetList({ inputs }: PublishedRun): string {
  const sentence = (text: string | undefined) => (text === undefined ? [] : [text.trim()]);
  return (inputs.datasets ?? [])
    .map(({ name, sources, description, license, citation }) => {
      const facts = [
        ...sentence(description),
        `Licence: ${license ?? 'not stated in its manifest'}.`,
        ...(citation === undefined ? [] : [`Source: ${citation}.`]),
      ];
      return `- **${name}** (${sources.join(', ')}). ${facts.join(' ')}`;
    })
    .join('\n');
}

/** Every look at a test split, in all runs. */
export function ledgerTable(runs: readonly PublishedRun[]): string {
  const rows = runs.flatMap(({ name, ledger }) =>
    ledger.map(({ time, dataset, samples, sha256, metrics }) => [
      time,
      name,
      dataset,
      String(samples),
      sha256.slice(0, 12),
      ...(['accuracy', 'f1', 'auc', 'dice'] as const).map((key) => metrics[key]?.toFixed(3) ?? '–'),
    ]),
  );
  if (rows.length === 0) return 'None.';
  return table(
    ['time', 'run', 'dataset', 'pictures', 'model', 'accuracy', 'F1', 'AUC', 'Dice'],
    rows,
  );
}
