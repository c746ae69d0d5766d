import { shortcuts, type ShortcutFloor } from '../../baselines/shortcut-floor.js';
import type { Recipe } from '../../training/recipes/recipe.js';
import type { Measurement } from '../measure.js';
import type { Publication, PublishedRun } from './publication.js';
import { digits, interval, shortcutNames, type DatasetResult } from './results.js';

/** A Markdown table. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** What was measured on each dataset, with the shortcut floor beside it. */
export function resultTables({ results }: Publication): string {
  return results.datasets.map(datasetTables).join('\n\n');
}

function datasetTables(dataset: DatasetResult): string {
  const { all, withoutContradictions, floor } = dataset;
  const rows = [
    measurementRow('as published', all),
    ...(withoutContradictions
      ? [
          measurementRow(
            `without the ${withoutContradictions.dropped} pictures that the training set holds with the other label`,
            withoutContradictions,
          ),
        ]
      : []),
    ...(floor ? floorRows(floor) : []),
  ].filter((row) => row !== undefined);
  const masks = all.masks;
  return [
    `**${dataset.name}**, ${dataset.split} split, ${dataset.samples} pictures.`,
    ...(rows.length > 0
      ? [
          table(
            ['', 'accuracy', 'F1', 'AUC', 'sensitivity', 'specificity', 'ECE', 'threshold'],
            rows,
          ),
        ]
      : []),
    ...(masks
      ? [
          `Lesion Dice ${digits(masks.mean)} ± ${digits(masks.standardDeviation)} (mean ± standard deviation over ${masks.slices} slices), ${digits(masks.pooled)} over the pixels of all slices together.`,
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

function floorRows(floor: ShortcutFloor): string[][] {
  return shortcuts.map((shortcut) => [
    `*floor:* ${shortcutNames[shortcut]}`,
    ...measurementRow('', { labels: floor[shortcut] })!.slice(1),
  ]);
}

/** What each run was made of. */
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
        inputs.start ? inputs.start.file : 'seed',
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

function networkText({
  backbone,
  outputStride,
  asppChannels,
  skipChannels,
}: Recipe['model']): string {
  const skip = skipChannels > 0 ? `, skip ${skipChannels}` : '';
  return `${backbone}, stride ${outputStride}, ASPP ${asppChannels}${skip}`;
}

/** What is to be known of single runs, a paragraph each. */
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
      loss.segmentationOnly.includes(source) ? 'masks' : 'labels and masks',
    ]),
  );
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
