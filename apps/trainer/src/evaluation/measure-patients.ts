import { patientKey } from '@groundglass/dataset';
import type { SampleScore } from './evaluate.js';
import { measureLabels, type Measured } from './measure.js';

/** The model's result for one patient. */
export interface PatientScore {
  readonly source: string;
  readonly patient: string;
  /** 1 if any of the patient's pictures is positive. */
  readonly target: 0 | 1;
  readonly pictures: number;
  /** Number of pictures labelled positive. */
  readonly positives: number;
  readonly mean: number;
  readonly max: number;
}

/** How well a score of all their pictures separates patients. */
export interface PatientMeasurement {
  readonly patients: number;
  readonly positives: number;
  /** Patients with pictures of both labels; they count as positive. */
  readonly mixed: number;
  /** AUC of each patient's mean probability. */
  readonly mean: Measured;
  /** AUC of each patient's largest probability, which grows with the number of pictures. */
  readonly max: Measured;
}

type Scored = Pick<SampleScore, 'probability'> & {
  readonly sample: Pick<SampleScore['sample'], 'source' | 'patient' | 'target'>;
};

/** The mean and the largest probability of each patient's pictures, in the order in which patients first appear. */
export function scorePatients(scores: readonly Scored[]): PatientScore[] {
  const groups = new Map<string, Scored[]>();
  for (const score of scores) {
    const key = patientKey(score.sample);
    const group = groups.get(key);
    if (group) group.push(score);
    else groups.set(key, [score]);
  }
  return [...groups.values()].map((group) => {
    const { source, patient } = group[0]!.sample;
    const probabilities = group.map(({ probability }) => probability);
    const positives = group.filter(({ sample }) => sample.target === 1).length;
    return {
      source,
      patient,
      target: positives > 0 ? 1 : 0,
      pictures: group.length,
      positives,
      mean: probabilities.reduce((sum, p) => sum + p, 0) / group.length,
      max: probabilities.reduce((most, p) => Math.max(most, p), 0),
    };
  });
}

/**
 * AUC of patients by the mean and by the largest probability of their pictures. No threshold is applied: a model's own was chosen for
 * single pictures.
 *
 * @returns undefined if no patient has several pictures, or a class has fewer than two patients.
 */
export function measurePatients(scores: readonly Scored[]): PatientMeasurement | undefined {
  const patients = scorePatients(scores);
  if (patients.length === scores.length) return undefined;
  const targets = patients.map(({ target }) => target);
  const positives = targets.filter((target) => target === 1).length;
  if (positives < 2 || targets.length - positives < 2) return undefined;
  const names = patients.map((_, i) => String(i));
  const aucOf = (values: readonly number[]) => measureLabels(targets, values, names, 0.5).auc;
  return {
    patients: patients.length,
    positives,
    mixed: patients.filter((each) => each.positives > 0 && each.positives < each.pictures).length,
    mean: aucOf(patients.map(({ mean }) => mean)),
    max: aucOf(patients.map(({ max }) => max)),
  };
}

/** Patients as CSV, one row each. */
export function patientsCsv(
  datasets: readonly { readonly name: string; readonly patients: readonly PatientScore[] }[],
): string {
  const field = (text: string) =>
    /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const rows = datasets.flatMap(({ name, patients }) =>
    patients.map(({ source, patient, target, pictures, positives, mean, max }) =>
      [name, source, patient, target, pictures, positives, mean, max]
        .map((value) => field(String(value)))
        .join(','),
    ),
  );
  const header = 'dataset,source,patient,positive,pictures,positive_pictures,mean,max';
  return `${[header, ...rows].join('\n')}\n`;
}
