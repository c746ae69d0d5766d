import { baselineNames } from '@groundglass/dataset';
import { paperRows, possibleCounts, type PaperRow } from './paper-tables.js';
import type { PatientInterval, ReproductionRow } from './result-row.js';
import { scales, type ScaleName } from './scales.js';

export type TableName = 'table4' | 'table5';

/**
 * One of the paper's tables as Markdown: its figures next to the reproduced ones with their 95 % intervals over patients, the counts
 * behind both, and below them the classifiers that never see a lung. Untrained rows say so.
 */
export function reproductionTable(
  table: TableName,
  rows: readonly ReproductionRow[],
  scale: ScaleName,
): string {
  const own = rows.filter((row) => row.scale === scale);
  const lines = paperRows
    .filter(({ tables }) => tables.includes(table))
    .flatMap((paper) => linesOf(paper, own));
  const baselines = own
    .filter(({ row }) => row.startsWith('baseline:'))
    .map((row) => [`*baseline:* ${baselineTitle(row.row)}`, '', '', '', '', ...figures(row)]);
  const seeds = [...new Set(own.map(({ seed }) => seed))].sort((a, b) => a - b);
  return [
    `**${table === 'table4' ? 'Table 4' : 'Table 5'}** of the paper, scale \`${scale}\`. ${scales[scale].caption} ${seeds.length === 1 ? 'One seed.' : `Seeds ${seeds.join(', ')}.`} Thresholds are from validation; intervals are 95 %, over patients.`,
    '',
    markdown(
      [
        'method',
        'paper: accuracy',
        'F1',
        'AUC',
        'TP / FP',
        'here: accuracy',
        'F1',
        'AUC',
        'TP / FP',
        'training pictures',
      ],
      [...lines, ...baselines],
    ),
  ].join('\n');
}

function linesOf(paper: PaperRow, rows: readonly ReproductionRow[]): string[][] {
  const printed = [paper.accuracy, paper.f1, paper.auc].map((value) => value.toFixed(1));
  const counts = possibleCounts(paper)
    .map(({ truePositives, falsePositives }) => `${truePositives} / ${falsePositives}`)
    .join(' or ');
  const start = [paper.title, ...printed, counts];
  const own = rows.filter(({ row }) => row === paper.id);
  if (own.length === 0) return [[...start, 'not trained', '', '', '', '']];
  return own.map((row) => [...start, ...figures(row)]);
}

function figures({ test, train }: ReproductionRow): string[] {
  return [
    per(test.accuracy),
    per(test.f1),
    per(test.auc),
    `${test.truePositives} / ${test.falsePositives}`,
    `${train.positives} + ${train.negatives}`,
  ];
}

/** Per cent with the interval, as `83.3 (79.1–87.0)`. */
function per({ value, lower, upper }: PatientInterval): string {
  const show = (x: number) => (100 * x).toFixed(1);
  return lower === null || upper === null
    ? show(value)
    : `${show(value)} (${show(lower)}–${show(upper)})`;
}

function markdown(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A baseline's name in words, such as "file format, colour mode and size" for `baseline:origin`. */
export function baselineTitle(row: string): string {
  return baselineNames[row.slice('baseline:'.length) as keyof typeof baselineNames];
}
