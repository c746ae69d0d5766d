import { isGuessed, patientKey, type TargetSample } from '@groundglass/dataset';
import { dice, poolOverlaps, summarize, takeRows, type MaskOverlap } from '@groundglass/metrics';
import { bootstrapped, type Measured } from '../evaluation/measure.js';

/** How well the masks of one source fit, per patient. */
export interface SourceMasks {
  readonly source: string;
  readonly patients: readonly {
    readonly patient: string;
    /** Slices with a mask, and those whose mask marks something. */
    readonly slices: number;
    readonly lesionSlices: number;
    /** Over the pixels of all of the patient's slices; 1 if neither mask marks any. */
    readonly dice: number;
  }[];
  /** Number of patients that are guessed, such as one for each picture, because nothing names them. */
  readonly guessedPatients: number;
  /** Of the patients' Dice. */
  readonly mean: number;
  /** A bootstrap over patients; missing if there is only one. */
  readonly meanInterval?: Measured;
}

/** Dice of each patient and their mean, for each source that has masks. */
export function measurePatientMasks(
  scored: readonly { readonly sample: TargetSample; readonly overlap: MaskOverlap | undefined }[],
): SourceMasks[] {
  const masked = scored.flatMap(({ sample, overlap }) => (overlap ? [{ sample, overlap }] : []));
  return [...grouped(masked, ({ sample }) => sample.source)].map(([source, ofSource]) => {
    const groups = [...grouped(ofSource, ({ sample }) => patientKey(sample)).values()];
    const patients = groups.map((group) => ({
      patient: group[0]!.sample.patient,
      slices: group.length,
      lesionSlices: group.filter(({ overlap }) => overlap.reference > 0).length,
      dice: dice(poolOverlaps(group.map(({ overlap }) => overlap))),
    }));
    const values = patients.map((each) => each.dice);
    const { mean } = summarize(values);
    return {
      source,
      patients,
      guessedPatients: groups.filter(([first]) => isGuessed(first!.sample, 'patient')).length,
      mean,
      ...(patients.length > 1
        ? {
            meanInterval: bootstrapped(
              patients.map((_, i) => String(i)),
              (rows) => summarize(takeRows(values, rows)).mean,
            ),
          }
        : {}),
    };
  });
}

function grouped<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
