import { CtError, type DatasetSample } from '@groundglass/core';
import { sampleKey } from '../results/results-file.js';
import { counted } from '../text/counted.js';
import { patientKey } from './same-patient.js';

/** What may be in one split only. */
export const leakKinds = ['picture', 'patient', 'document'] as const;
export type LeakKind = (typeof leakKinds)[number];

/** A picture, patient or document in more than one split. */
export interface Leak {
  readonly kind: LeakKind;
  /** The patient or document, or the first picture's path. */
  readonly name: string;
  /** The samples, as indices. */
  readonly samples: readonly number[];
}

/**
 * Finds what is in more than one split: the same file or the same pixels, the same patient, the same document. Samples of several
 * datasets are checked together; their paths start from one root.
 */
export function findLeaks(samples: readonly DatasetSample[]): Leak[] {
  const keysOf: Record<LeakKind, (sample: DatasetSample) => (string | undefined)[]> = {
    picture: (sample) => [
      `path ${sampleKey(sample)}`,
      sample.pixelHash === undefined ? undefined : `pixels ${sample.pixelHash}`,
      // Without a pixel hash the file and the slice identify the picture.
      sample.sha256 === undefined || sample.pixelHash !== undefined
        ? undefined
        : `file ${sample.sha256}#${sample.slice ?? ''}`,
    ],
    patient: (sample) => [patientKey(sample)],
    document: ({ document }) => [document],
  };
  return leakKinds.flatMap((kind) => {
    const groups = new Map<string, number[]>();
    for (const [i, sample] of samples.entries()) {
      for (const key of keysOf[kind](sample)) {
        if (key === undefined) continue;
        const group = groups.get(key);
        if (group) group.push(i);
        else groups.set(key, [i]);
      }
    }
    const seen = new Set<string>();
    return [...groups].flatMap(([key, group]) => {
      if (new Set(group.map((i) => samples[i]!.split)).size < 2) return [];
      // The same pictures by path and by pixels are one leak.
      if (seen.has(group.join())) return [];
      seen.add(group.join());
      const name = kind === 'picture' ? sampleKey(samples[group[0]!]!) : key;
      return [{ kind, name, samples: group }];
    });
  });
}

/**
 * Refuses samples that leak between splits, over all datasets of a run: a score on them says nothing about new patients.
 *
 * @param allow kinds that the user accepts, as for a split that was published so.
 * @returns the allowed leaks, for the run's notes.
 * @throws {CtError} `CT_BAD_DATASET` with the first of them, how many there are and what to do.
 */
export function refuseLeaks(
  samples: readonly DatasetSample[],
  allow: readonly LeakKind[] = [],
): Leak[] {
  const leaks = findLeaks(samples);
  const refused = leaks.filter(({ kind }) => !allow.includes(kind));
  if (refused.length === 0) return leaks;
  throw new CtError(
    'CT_BAD_DATASET',
    `Expected each picture, patient and document in one split, ${describeLeaks(refused, samples)}. Make a split that keeps them whole with "dataset split", or accept them with --allow-leaks ${[...new Set(refused.map(({ kind }) => kind))].join(' ')}: the scores then say nothing about new patients`,
  );
}

/** `2 documents stand in more than one split (7 samples): "a" (4 train, 3 test), …`. */
export function describeLeaks(leaks: readonly Leak[], samples: readonly DatasetSample[]): string {
  return leakKinds
    .flatMap((kind) => {
      const some = leaks.filter((leak) => leak.kind === kind);
      if (some.length === 0) return [];
      const count = new Set(some.flatMap((leak) => leak.samples)).size;
      const shown = some
        .slice(0, 3)
        .map((leak) => `"${leak.name}" (${countBySplit(leak, samples)})`);
      return [
        `${counted(some.length, kind)} ${some.length === 1 ? 'is' : 'are'} in more than one split (${counted(count, 'sample')}): ${shown.join(', ')}${some.length > 3 ? ', …' : ''}`,
      ];
    })
    .join('; ');
}

function countBySplit({ samples: group }: Leak, samples: readonly DatasetSample[]): string {
  const counts = new Map<string, number>();
  for (const i of group) {
    const { split } = samples[i]!;
    counts.set(split, (counts.get(split) ?? 0) + 1);
  }
  return [...counts].map(([split, count]) => `${count} ${split}`).join(', ');
}
