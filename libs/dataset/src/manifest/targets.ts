import type { DatasetManifest, DatasetSample } from '@groundglass/core';

/** A sample whose label is known, as a number. */
export interface TargetSample extends DatasetSample {
  readonly label: string;
  /** 1 if the label is the manifest's positive one. */
  readonly target: 0 | 1;
}

/** The samples that have a label, with the number that training and metrics use. */
export function withTargets(
  samples: readonly DatasetSample[],
  { positive }: Pick<DatasetManifest, 'positive'>,
): TargetSample[] {
  return samples.flatMap((sample) =>
    sample.label === null
      ? []
      : [{ ...sample, label: sample.label, target: sample.label === positive ? 1 : 0 }],
  );
}
