import type { DatasetSample, Finding, ResultRow, ResultsHeader } from '@groundglass/core';
import { namedPatient, sampleKey } from '@groundglass/dataset';
import type { GalleryResult, GalleryRow } from '@groundglass/viewer/gallery-rows';

/** Input of a gallery's rows. */
export interface RowSources {
  /** Samples of the dataset; empty for a results file alone. */
  readonly samples: readonly DatasetSample[];
  readonly results: readonly ResultRow[] | undefined;
  readonly second: readonly ResultRow[] | undefined;
  readonly findings: readonly Finding[];
  /** Formats by content, by path; the extension decides for the others. */
  readonly formats: ReadonlyMap<string, string>;
  /** `samples`: a row for each sample, scored or not. `results`: a row for each that was scored. */
  readonly of: 'samples' | 'results';
}

/** Joins what the dataset, the results and the audit record for each picture. */
export function joinRows(sources: RowSources): GalleryRow[] {
  const { samples, results = [], second = [], findings, formats } = sources;
  const sampleOf = new Map(samples.map((sample) => [sampleKey(sample), sample]));
  const resultOf = new Map(results.map((row) => [sampleKey(row), row]));
  const secondOf = new Map(second.map((row) => [sampleKey(row), row]));
  const rulesOf = new Map<string, Set<string>>();
  for (const { rule, samples: named } of findings) {
    for (const { path } of named) {
      const rules = rulesOf.get(path) ?? new Set();
      rulesOf.set(path, rules.add(rule));
    }
  }
  const shown: readonly Pick<DatasetSample, 'path' | 'slice'>[] =
    sources.of === 'samples' ? samples : results;
  return shown.map(({ path, slice }) => {
    const key = sampleKey({ path, slice });
    const found = sampleOf.get(key);
    // A row of a file in no dataset shows nothing that `unknownSample` made up.
    const sample = found && found.source !== '' ? found : undefined;
    return {
      path,
      slice: slice ?? null,
      label: sample?.label ?? null,
      split: sample?.split ?? null,
      patient: sample ? namedPatient(sample) : null,
      source: sample?.source ?? null,
      document: sample?.document ?? null,
      format: formats.get(path) ?? formatOfName(path),
      findings: [...(rulesOf.get(path) ?? [])],
      result: toResult(resultOf.get(key)),
      second: toResult(secondOf.get(key)),
    };
  });
}

/** Samples and results of one header, in the form of the gallery's model. */
export function modelOf({ model, labels, positive, threshold }: ResultsHeader) {
  return { name: `${model.name} ${model.version}`, labels, positive, threshold };
}

function toResult(row: ResultRow | undefined): GalleryResult | null {
  if (!row) return null;
  const { label, withheld, probability, lesionFraction, dice, error } = row;
  return {
    ...{ label, withheld, probability, lesionFraction, dice: dice ?? null },
    error: error ? `${error.code}: ${error.message}` : null,
  };
}

/** The format that a file's name indicates. */
export function formatOfName(path: string): string | null {
  const ending = /\.(nii\.gz|[^./]+)$/i.exec(path)?.[1]?.toLowerCase();
  switch (ending) {
    case undefined:
      return null;
    case 'jpg':
    case 'jpeg':
      return 'jpeg';
    case 'dcm':
    case 'dicom':
    case 'ima':
      return 'dicom';
    case 'nii':
    case 'nii.gz':
      return 'nifti';
    case 'mha':
    case 'mhd':
      return 'metaimage';
    default:
      return ending;
  }
}
