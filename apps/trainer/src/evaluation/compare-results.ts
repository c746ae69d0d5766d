import { CtError, type ResultRow } from '@groundglass/core';
import { bootstrapRandom } from './bootstrap-random.js';
import { patientKey, sampleKey, type TargetSample } from '@groundglass/dataset';
import {
  delongTest,
  mcnemarTest,
  patientBootstrap,
  rocAuc,
  takeRows,
  type DelongComparison,
  type McNemarResult,
} from '@groundglass/metrics';

/** Two models on the same samples. */
export interface ResultsComparison {
  /** Samples with a known label and a probability in both files. */
  readonly samples: number;
  readonly positives: number;
  readonly patients: number;
  /** Samples that one of the files lacks, or has no probability for. */
  readonly unpaired: number;
  /** Share of right labels; a withheld label counts as wrong. */
  readonly accuracy: readonly [first: number, second: number];
  readonly withheld: readonly [first: number, second: number];
  readonly mcnemar: McNemarResult;
  /** Null with fewer than two samples of a class. */
  readonly delong: DelongComparison | null;
  /** First minus second AUC with a bootstrap over patients; null if it cannot be drawn. */
  readonly clustered: {
    readonly difference: number;
    readonly lower: number;
    readonly upper: number;
  } | null;
  /**
   * DeLong's paired test of the AUCs of patients, each by the mean probability of its samples, positive if any of them is: the valid test
   * when patients have several samples. Null with fewer than two patients of a class.
   */
  readonly perPatient: DelongComparison | null;
  /** Samples whose file had changed when the second results were made. */
  readonly otherFiles: number;
}

/**
 * Compares two results files on the samples of a manifest: McNemar's test of the decisions, DeLong's paired test of the AUCs, the same
 * difference with an interval over patients, and the AUCs of patients.
 *
 * McNemar and DeLong treat samples as independent; if patients have several, read the interval over patients.
 *
 * @throws {CtError} `CT_BAD_DATASET` when no sample is in all three.
 */
export function compareResults(
  samples: readonly TargetSample[],
  first: readonly ResultRow[],
  second: readonly ResultRow[],
  positive: string,
): ResultsComparison {
  const [byFirst, bySecond] = [first, second].map(
    (rows) => new Map(rows.map((row) => [sampleKey(row), row])),
  ) as [Map<string, ResultRow>, Map<string, ResultRow>];
  const scored = new Set([...byFirst.keys(), ...bySecond.keys()]);
  const wanted = samples.filter((sample) => scored.has(sampleKey(sample)));
  const pairs = wanted.flatMap((sample) => {
    const [a, b] = [byFirst.get(sampleKey(sample)), bySecond.get(sampleKey(sample))];
    if (typeof a?.probability !== 'number' || typeof b?.probability !== 'number') return [];
    return [
      {
        sample,
        first: { ...a, probability: a.probability },
        second: { ...b, probability: b.probability },
      },
    ];
  });
  if (pairs.length === 0)
    throw new CtError(
      'CT_BAD_DATASET',
      'Expected samples that the manifest and both results files hold, there are none: the paths must match the manifest',
    );
  const labels = pairs.map(({ sample }) => sample.target);
  const patients = pairs.map(({ sample }) => patientKey(sample));
  const probabilities = (which: 'first' | 'second') => pairs.map((pair) => pair[which].probability);
  // A withheld label is no right answer for either class, so it counts as the other one.
  const decisions = (which: 'first' | 'second') =>
    pairs.map(({ sample, [which]: { label } }) =>
      label === null ? 1 - sample.target : Number(label === positive),
    );
  const mcnemar = mcnemarTest(labels, decisions('first'), decisions('second'));
  const right = (which: 'first' | 'second') =>
    decisions(which).filter((decision, i) => decision === labels[i]).length / pairs.length;
  const withheld = (which: 'first' | 'second') =>
    pairs.filter(({ [which]: { label } }) => label === null).length;
  const hasBoth = new Set(labels).size === 2;
  const positives = labels.filter((label) => label === 1).length;
  const hasPairs = positives >= 2 && labels.length - positives >= 2;
  return {
    samples: pairs.length,
    positives,
    patients: new Set(patients).size,
    unpaired: wanted.length - pairs.length,
    accuracy: [right('first'), right('second')],
    withheld: [withheld('first'), withheld('second')],
    mcnemar,
    delong: hasPairs ? delongTest(labels, probabilities('first'), probabilities('second')) : null,
    clustered: hasBoth
      ? clusteredDifference(labels, probabilities('first'), probabilities('second'), patients)
      : null,
    otherFiles: pairs.filter(
      ({ first: a, second: b }) => a.sha256 !== null && b.sha256 !== null && a.sha256 !== b.sha256,
    ).length,
    perPatient: perPatient(labels, probabilities('first'), probabilities('second'), patients),
  };
}

function clusteredDifference(
  labels: readonly number[],
  first: readonly number[],
  second: readonly number[],
  patients: readonly string[],
): ResultsComparison['clustered'] {
  try {
    const { estimate, lower, upper } = patientBootstrap(
      patients,
      (rows) => {
        const drawn = takeRows(labels, rows);
        return rocAuc(drawn, takeRows(first, rows)) - rocAuc(drawn, takeRows(second, rows));
      },
      { random: bootstrapRandom() },
    );
    return { difference: estimate, lower, upper };
  } catch (error) {
    // One patient, or too few of a class to draw from.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function perPatient(
  labels: readonly number[],
  first: readonly number[],
  second: readonly number[],
  patients: readonly string[],
): ResultsComparison['perPatient'] {
  const rows = new Map<string, number[]>();
  patients.forEach((patient, i) => rows.set(patient, [...(rows.get(patient) ?? []), i]));
  const each = [...rows.values()];
  const mean = (values: readonly number[], own: readonly number[]) =>
    own.reduce((sum, i) => sum + values[i]!, 0) / own.length;
  const truth = each.map((own) => Math.max(...own.map((i) => labels[i]!)));
  const positives = truth.filter((label) => label === 1).length;
  if (positives < 2 || truth.length - positives < 2) return null;
  return delongTest(
    truth,
    each.map((own) => mean(first, own)),
    each.map((own) => mean(second, own)),
  );
}
