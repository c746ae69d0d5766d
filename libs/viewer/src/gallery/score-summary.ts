import {
  brierScore,
  mcnemarTest,
  delongTest,
  expectedCalibrationError,
  reliabilityBins,
  rocAucInterval,
  rocCurve,
  wilsonInterval,
  type AucEstimate,
  type DelongComparison,
  type Interval,
  type McNemarResult,
  type ReliabilityBin,
  type RocCurve,
} from '@groundglass/metrics';
import { failure, isAnswer, noAnswer, outcomeOf, unscored } from './outcomes.js';
import type { RowStore } from './row-store.js';

/** A share of some rows, with Wilson's 95 % interval; null of no rows. */
export interface Share {
  readonly hits: number;
  readonly total: number;
  readonly interval: Interval | null;
}

/** A model's performance on some rows. Curves use rows with a known label and an answer; null if one class is missing. */
export interface ScoreSummary {
  readonly total: number;
  readonly answered: number;
  readonly withheld: number;
  readonly failed: number;
  readonly unscored: number;
  /** Rows with an answer but no known label. */
  readonly unlabelled: number;
  readonly accuracy: Share;
  readonly sensitivity: Share;
  readonly specificity: Share;
  readonly auc: AucEstimate | null;
  readonly roc: RocCurve | null;
  readonly calibration: {
    readonly bins: ReliabilityBin[];
    readonly error: number;
    readonly brier: number;
  } | null;
}

/** Summarises some rows at a threshold; null for the labels as in the file. */
export function summarizeScores(
  store: RowStore,
  rows: Uint32Array,
  threshold: number | null,
): ScoreSummary {
  const outcomes = store.outcomes(threshold);
  const modelPositive = store.facts.model?.positive ?? store.facts.positive;
  const counts = { answered: 0, withheld: 0, failed: 0, unscored: 0, unlabelled: 0 };
  const tally = { tp: 0, fn: 0, tn: 0, fp: 0 };
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    const outcome = outcomeOf(outcomes, row);
    if (outcome === noAnswer) counts.withheld++;
    else if (outcome === failure) counts.failed++;
    else if (outcome === unscored) counts.unscored++;
    else {
      counts.answered++;
      const target = targetOf(store, row);
      if (target === null) counts.unlabelled++;
      else if (target === 1) tally[outcome === modelPositive ? 'tp' : 'fn']++;
      else tally[outcome === modelPositive ? 'fp' : 'tn']++;
    }
  }
  const { tp, fn, tn, fp } = tally;
  const { labels, probabilities } = claims(store, rows);
  const hasBoth = labels.includes(0) && labels.includes(1);
  return {
    total: rows.length,
    ...counts,
    accuracy: share(tp + tn, tp + tn + fp + fn),
    sensitivity: share(tp, tp + fn),
    specificity: share(tn, tn + fp),
    auc: hasBoth && enough(labels) ? rocAucInterval(labels, probabilities) : null,
    roc: hasBoth ? rocCurve(labels, probabilities) : null,
    calibration:
      labels.length > 0
        ? {
            bins: reliabilityBins(labels, probabilities, { bins: 10 }),
            error: expectedCalibrationError(labels, probabilities, { bins: 10 }),
            brier: brierScore(labels, probabilities),
          }
        : null,
  };
}

/** Two results files on the rows that both answer and whose label is known. */
export interface Comparison {
  readonly common: number;
  /** Rows that only one of them answers. */
  readonly onlyOne: number;
  readonly differing: number;
  readonly mcnemar: McNemarResult | null;
  readonly delong: DelongComparison | null;
}

/** Compares two results files: McNemar's test on their answers, DeLong's paired test on their probabilities. */
export function compareResults(
  store: RowStore,
  rows: Uint32Array,
  threshold: number | null,
): Comparison | null {
  const second = store.secondOutcomes();
  const { second: results, result } = store.rows;
  if (!second || !results) return null;
  const first = store.outcomes(threshold);
  const positives = [store.facts.model, store.facts.second].map(
    (model) => model?.positive ?? store.facts.positive,
  );
  const labels: number[] = [];
  const decisions: [number[], number[]] = [[], []];
  const scores: [number[], number[]] = [[], []];
  let [onlyOne, differing] = [0, 0];
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    const answers = [outcomeOf(first, row), outcomeOf(second, row)] as const;
    const given = answers.map(isAnswer);
    if (answers[0] !== answers[1]) differing++;
    if (given[0] !== given[1]) onlyOne++;
    const target = targetOf(store, row);
    if (!given[0] || !given[1] || target === null) continue;
    const [p, q] = [result.probability[row]!, results.probability[row]!];
    if (Number.isNaN(p) || Number.isNaN(q)) continue;
    labels.push(target);
    for (const side of [0, 1] as const)
      decisions[side].push(Number(answers[side] === positives[side]));
    scores[0].push(p);
    scores[1].push(q);
  }
  return {
    common: labels.length,
    onlyOne,
    differing,
    mcnemar: labels.length > 0 ? mcnemarTest(labels, ...decisions) : null,
    delong: enough(labels) ? delongTest(labels, ...scores) : null,
  };
}

/** DeLong's variance needs two of each class. */
function enough(labels: readonly number[]): boolean {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  return positives >= 2 && labels.length - positives >= 2;
}

/** Labels and probabilities of the rows that have a model's answer and a known label. */
function claims(store: RowStore, rows: Uint32Array): { labels: number[]; probabilities: number[] } {
  const { probability, label } = store.rows.result;
  const labels: number[] = [];
  const probabilities: number[] = [];
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    const target = targetOf(store, row);
    if (target === null || label.codes[row]! < 0 || Number.isNaN(probability[row])) continue;
    labels.push(target);
    probabilities.push(probability[row]!);
  }
  return { labels, probabilities };
}

/** 1 for the dataset's positive label, 0 for the others, null if unknown. */
function targetOf({ rows, facts }: RowStore, row: number): 0 | 1 | null {
  const code = rows.label.codes[row]!;
  if (code < 0) return null;
  return rows.label.words[code] === facts.positive ? 1 : 0;
}

function share(hits: number, total: number): Share {
  return { hits, total, interval: total > 0 ? wilsonInterval(hits, total) : null };
}

/** Counts of a confusion matrix: a line for each known label, a column for each outcome. */
export interface ConfusionTable {
  /** Null is the line of rows with an unknown label. */
  readonly labels: readonly (string | null)[];
  readonly outcomes: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

/** Omits empty lines and columns, except for the labels of the dataset and the model. */
export function confusionTable(
  store: RowStore,
  rows: Uint32Array,
  threshold: number | null,
): ConfusionTable {
  const outcomes = store.outcomes(threshold);
  const { codes, words } = store.rows.label;
  const labels: (string | null)[] = [...new Set([...store.facts.labels, ...words])];
  const lineOf = words.map((word) => labels.indexOf(word));
  const unknown = labels.push(null) - 1;
  const counts = labels.map(() => new Array<number>(outcomes.words.length).fill(0));
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    counts[lineOf[codes[row]!] ?? unknown]![outcomes.codes[row]!]!++;
  }
  const known = new Set<string | null>(store.facts.labels);
  const modelLabels = new Set(store.facts.model?.labels ?? []);
  const lines = labels.flatMap((label, line) =>
    known.has(label) || counts[line]!.some((count) => count > 0) ? [line] : [],
  );
  const columns = outcomes.words.flatMap((word, column) =>
    modelLabels.has(word) || word === noAnswer || counts.some((line) => line[column]! > 0)
      ? [column]
      : [],
  );
  return {
    labels: lines.map((line) => labels[line]!),
    outcomes: columns.map((column) => outcomes.words[column]!),
    counts: lines.map((line) => columns.map((column) => counts[line]![column]!)),
  };
}
