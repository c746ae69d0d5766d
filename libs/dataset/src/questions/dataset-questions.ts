import type { DatasetSample, Finding, ResultRow, ResultsHeader } from '@groundglass/core';
import {
  accuracy,
  rocAucInterval,
  sensitivity,
  specificity,
  confusionMatrix,
} from '@groundglass/metrics';
import { isGuessed } from '../manifest/is-guessed.js';
import { namedPatient } from '../manifest/named-patient.js';
import { guessesOf } from './guesses-of.js';

/** A dataset with its results and findings, as the tools of language models query it. */
export interface AskedDataset {
  readonly name: string;
  readonly labels: readonly string[];
  readonly positive: string;
  readonly samples: readonly DatasetSample[];
  readonly results: readonly ResultRow[];
  readonly header: ResultsHeader | undefined;
  readonly findings: readonly Finding[];
}

/** Which pictures are meant; undefined fields do not matter. */
export interface FindInput {
  readonly split?: string | undefined;
  readonly label?: string | undefined;
  readonly answer?: string | undefined;
  readonly withheld?: boolean | undefined;
  readonly wrong?: boolean | undefined;
  readonly finding?: string | undefined;
  readonly text?: string | undefined;
  readonly limit?: number | undefined;
}

/** One picture of an answer. */
export interface FoundPicture {
  readonly path: string;
  readonly label: string | null;
  readonly split: string;
  /** Whether Groundglass drew the split, because nothing names one. */
  readonly isSplitDrawn: boolean;
  /** Null if nothing names one. */
  readonly patient: string | null;
  /** Whether `patient` was guessed from the path or the study. */
  readonly isPatientGuessed: boolean;
  readonly answer: string | null;
  readonly probability: number | null;
  readonly withheld: readonly string[];
  readonly error: string | null;
  readonly findings: readonly string[];
}

const mostFound = 200;

/**
 * Pictures that match a question, the most wrong first if they were scored. `scored` counts all pictures with an answer or an error:
 * if it is 0, finding no wrong picture means nothing.
 */
export function findPictures(
  dataset: AskedDataset,
  input: FindInput,
): { total: number; scored: number; guesses: string[]; pictures: FoundPicture[] } {
  const resultOf = new Map(dataset.results.map((row) => [keyOf(row), row]));
  const rulesOf = new Map<string, string[]>();
  for (const { rule, samples } of dataset.findings) {
    for (const { path } of samples) rulesOf.set(path, [...(rulesOf.get(path) ?? []), rule]);
  }
  const found = dataset.samples.flatMap((sample) => {
    const result = resultOf.get(keyOf(sample));
    const findings = [...new Set(rulesOf.get(sample.path) ?? [])];
    const wrong = isWrong(dataset, sample, result);
    const passes =
      (input.split === undefined || sample.split === input.split) &&
      (input.label === undefined || sample.label === input.label) &&
      (input.answer === undefined || result?.label === input.answer) &&
      (input.withheld === undefined || (result?.label === null) === input.withheld) &&
      (input.wrong === undefined || wrong === input.wrong) &&
      (input.finding === undefined || findings.includes(input.finding)) &&
      (input.text === undefined ||
        `${sample.path} ${sample.patient}`.toLowerCase().includes(input.text.toLowerCase()));
    if (!passes) return [];
    const picture: FoundPicture = {
      ...{ path: sample.path, label: sample.label, split: sample.split },
      isSplitDrawn: isGuessed(sample, 'split'),
      patient: namedPatient(sample),
      isPatientGuessed: isGuessed(sample, 'patient'),
      ...{ answer: result?.label ?? null, withheld: result?.withheld ?? [], findings },
      // A withheld answer's probability does not count.
      probability: result?.label ? result.probability : null,
      error: result?.error?.message ?? null,
    };
    return [{ sample, picture, error: errorOf(dataset, sample, result) }];
  });
  found.sort((a, b) => b.error - a.error);
  const limit = Math.min(mostFound, Math.max(1, input.limit ?? 20));
  return {
    total: found.length,
    scored: dataset.samples.filter((sample) => resultOf.has(keyOf(sample))).length,
    guesses: guessesOf(found.map(({ sample }) => sample)),
    pictures: found.slice(0, limit).map(({ picture }) => picture),
  };
}

/**
 * Counts and scores of a dataset, by split; null for unknown values. `drawn` and `guessedPatients` of the split's pictures are not
 * facts of the dataset; `guesses` says so in sentences.
 */
export function summarizeDataset(dataset: AskedDataset) {
  const resultOf = new Map(dataset.results.map((row) => [keyOf(row), row]));
  const splits = [...new Set(dataset.samples.map(({ split }) => split))].map((split) => {
    const samples = dataset.samples.filter((sample) => sample.split === split);
    const labels: Record<string, number> = {};
    for (const { label } of samples)
      labels[label ?? 'unknown'] = (labels[label ?? 'unknown'] ?? 0) + 1;
    const answered = samples.flatMap((sample) => {
      const result = resultOf.get(keyOf(sample));
      if (!result?.label || sample.label === null || result.probability === null) return [];
      const target = Number(sample.label === dataset.positive);
      const decision = Number(result.label === dataset.header?.positive);
      return [{ target, decision, probability: result.probability }];
    });
    const scored = samples.filter((sample) => resultOf.has(keyOf(sample)));
    const targets = answered.map(({ target }) => target);
    const positives = targets.filter((target) => target === 1).length;
    const hasBoth = positives >= 2 && targets.length - positives >= 2;
    const matrix =
      answered.length > 0
        ? confusionMatrix(
            targets,
            answered.map(({ decision }) => decision),
          )
        : null;
    return {
      ...{ split, pictures: samples.length, labels },
      drawn: samples.filter((sample) => isGuessed(sample, 'split')).length,
      patients: countPatients(samples),
      guessedPatients: samples.filter((sample) => isGuessed(sample, 'patient')).length,
      scored: scored.length,
      withheld: scored.filter((sample) => {
        const result = resultOf.get(keyOf(sample));
        return result?.label === null && !result.error;
      }).length,
      failed: scored.filter((sample) => resultOf.get(keyOf(sample))?.error).length,
      accuracy: matrix && accuracy(matrix),
      sensitivity: matrix && positives > 0 ? sensitivity(matrix) : null,
      specificity: matrix && positives < targets.length ? specificity(matrix) : null,
      auc: hasBoth
        ? rocAucInterval(
            targets,
            answered.map(({ probability }) => probability),
          )
        : null,
    };
  });
  return {
    ...{ name: dataset.name, labels: dataset.labels, positive: dataset.positive, splits },
    model: dataset.header?.model ?? null,
    guesses: guessesOf(dataset.samples),
    note: 'Research use, not for diagnosis. A model looks better than it is on a split that it was trained on.',
  };
}

/** Null if nothing names them. */
function countPatients(samples: readonly DatasetSample[]): number | null {
  const named = samples.flatMap((sample) => namedPatient(sample) ?? []);
  return named.length === 0 ? null : new Set(named).size;
}

function keyOf({ path, slice }: { path: string; slice?: number | undefined }): string {
  return `${path}#${slice ?? ''}`;
}

function isWrong(
  { positive, header }: AskedDataset,
  { label }: DatasetSample,
  result: ResultRow | undefined,
): boolean | null {
  if (label === null || !result?.label || !header) return null;
  return (label === positive) !== (result.label === header.positive);
}

/** How far the probability is from the known label; -1 if unknown. */
function errorOf(
  { positive }: AskedDataset,
  { label }: DatasetSample,
  result: ResultRow | undefined,
): number {
  if (label === null || !result?.label || result.probability === null) return -1;
  return label === positive ? 1 - result.probability : result.probability;
}
