import { CtError, severities, type DatasetSample, type Finding } from '@groundglass/core';
import { findDuplicates, type DuplicatePair } from '../duplicates/find-duplicates.js';
import type { PairKind } from '../duplicates/pair-kind.js';
import type { FactsCache } from '../facts/facts-cache.js';
import type { FileFacts, FileFailure } from '../facts/file-facts.js';
import { readFacts } from '../facts/read-facts.js';
import type { FeaturesCache } from '../features/features-cache.js';
import { readFeatures } from '../features/read-features.js';
import type { DatasetFiles } from '../files/dataset-files.js';
import { DatasetFolder } from '../import/dataset-folder.js';
import type { DatasetProgress } from '../import/import-options.js';
import { patientKey } from '../leaks/same-patient.js';
import type { Dataset } from '../manifest/dataset.js';
import { requireSamples } from '../manifest/require-samples.js';
import { inOrder } from '../reading/in-order.js';
import { pictureReader, type PictureReader } from '../reading/picture-reader.js';
import { shownSlice } from '../reading/shown-slice.js';
import { AuditContext } from './audit-context.js';
import { crossingSplits } from './rules/crossing-splits.js';
import { exactDuplicates } from './rules/exact-duplicates.js';
import { filesAsDeclared } from './rules/files-as-declared.js';
import { metadata } from './rules/metadata.js';
import { nearDuplicates } from './rules/near-duplicates.js';
import { shortcuts } from './rules/shortcuts.js';

/** How an audit is run. */
export interface AuditOptions {
  readonly facts?: FactsCache;
  readonly features?: FeaturesCache;
  /** Decodes instead of this thread. */
  readonly reader?: PictureReader;
  /** Skips all checks of pixels: no near duplicates, no marks, no lungs. */
  readonly pixels?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DatasetProgress) => void;
  /** Called periodically, to save the caches during the audit. */
  readonly onSave?: () => Promise<void>;
}

type ReadingOptions = AuditOptions & { readonly reader: PictureReader };

/**
 * Finds what makes results on a dataset wrong: patients, documents, series and pictures in two splits, one picture under two labels,
 * file properties that reveal the label, broken and unusable pictures, wrong masks, metadata that contradicts itself.
 *
 * @param files of the folder that the dataset's paths start from.
 * @returns findings, errors first.
 * @throws {CtError} `CT_CANCELLED`; `CT_BAD_DATASET` for a dataset without samples.
 */
export async function auditDataset(
  files: DatasetFiles,
  dataset: Dataset,
  given: AuditOptions = {},
): Promise<Finding[]> {
  requireSamples(dataset);
  const options = { reader: pictureReader(files), ...given };
  const { onSave } = options;
  const { samples } = dataset;
  const facts = await readAllFacts(files, dataset, options);
  await onSave?.();
  const hashed = samples.map((sample) => {
    const found = facts.get(sample.path);
    const hash =
      found && !('problem' in found)
        ? found.slices[shownSlice(sample.slice, found.sliceCount)]?.pixelHash
        : undefined;
    return hash === undefined ? sample : { ...sample, pixelHash: hash };
  });
  const features =
    options.pixels === false
      ? samples.map(() => undefined)
      : await readableFeatures(files, hashed, facts, options);
  const context = new AuditContext(dataset, facts, features);
  const pairs = options.pixels === false ? [] : await findPairs(context, hashed, options);
  await onSave?.();
  const findings = [
    ...problemsOf(dataset),
    ...crossingSplits(context),
    ...exactDuplicates(context),
    ...nearDuplicates(context, pairs),
    ...shortcuts(context),
    ...filesAsDeclared(context),
    ...metadata(context),
  ];
  return findings.sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
}

/** Features of the samples whose files can be read; the others have none. */
async function readableFeatures(
  files: DatasetFiles,
  samples: Dataset['samples'],
  facts: ReadonlyMap<string, FileFacts | FileFailure | undefined>,
  { features: cache, reader, signal, onProgress, onSave }: AuditOptions,
) {
  const isReadable = ({ path }: { path: string }) => {
    const found = facts.get(path);
    return found !== undefined && !('problem' in found);
  };
  const read = await readFeatures(files, samples.filter(isReadable), {
    cache,
    reader,
    signal,
    onProgress,
    onSave,
  });
  let next = 0;
  return samples.map((sample) => (isReadable(sample) ? read[next++] : undefined));
}

function problemsOf({ problems }: Dataset): Finding[] {
  return problems.map(({ file, row, message }) => ({
    rule: 'bad-row',
    severity: 'error',
    message,
    samples: [{ path: file, line: row ?? null }],
    evidence: {},
  }));
}

async function readAllFacts(
  files: DatasetFiles,
  { samples }: Dataset,
  { facts: cache, reader, signal, onProgress }: ReadingOptions,
): Promise<Map<string, FileFacts | FileFailure | undefined>> {
  const folder = new DatasetFolder(files);
  const paths = [
    ...new Set(samples.flatMap(({ path, mask }) => (mask === undefined ? [path] : [path, mask]))),
  ];
  const facts = new Map<string, FileFacts | FileFailure | undefined>();
  const read = async (path: string) => {
    if (signal?.aborted) throw new CtError('CT_CANCELLED', 'The audit was cancelled');
    const found = await folder.locate(path);
    return 'problem' in found
      ? undefined
      : readFacts(files, path, found.stat, { cache, reader, signal });
  };
  for await (const [path, found] of inOrder(paths, reader.atOnce, read)) {
    facts.set(path, found);
    onProgress?.({ phase: 'reading', done: facts.size, total: paths.length });
  }
  return facts;
}

async function findPairs(
  context: AuditContext,
  samples: Dataset['samples'],
  { features: remembered, reader, signal, onProgress }: ReadingOptions,
): Promise<DuplicatePair[]> {
  const known = samples.flatMap((_, i) => {
    const [facts, features] = [context.facts(i), context.features[i]];
    return facts && features ? [{ i, features }] : [];
  });
  const inputs = known.map(({ i, features }) => ({
    points: features.points,
    hash: samples[i]!.pixelHash ?? `${i}`,
  }));
  const slicesOf = new Map<string, number>();
  for (const sample of samples) {
    const patient = patientKey(sample);
    slicesOf.set(patient, (slicesOf.get(patient) ?? 0) + 1);
  }
  const pairs = await findDuplicates(inputs, {
    load: (k) => {
      const { path, slice } = samples[known[k]!.i]!;
      return reader.comparedPart({ path, slice });
    },
    atOnce: reader.atOnce,
    wanted: (a, b) => wantedKinds(samples[known[a]!.i]!, samples[known[b]!.i]!, slicesOf),
    ...(remembered ? { remembered } : {}),
    signal,
    onProgress,
  });
  return pairs.map((pair) => ({ ...pair, a: known[pair.a]!.i, b: known[pair.b]!.i }));
}

/** Which pairs of samples would be a finding. */
function wantedKinds(
  first: DatasetSample,
  second: DatasetSample,
  slicesOf: ReadonlyMap<string, number>,
): readonly PairKind[] {
  // Exact duplicates are found by their hashes.
  if (first.pixelHash !== undefined && first.pixelHash === second.pixelHash) return [];
  const [one, other] = [patientKey(first), patientKey(second)];
  const crosses = first.split !== second.split;
  // Slices of one patient in one split are similar, which is no fault.
  if (one === other) return crosses || first.label !== second.label ? ['copy'] : [];
  const sameDocument = first.document !== undefined && first.document === second.document;
  // Ids with several slices group what belongs together; an id with one slice may be the file's.
  const idsTell = slicesOf.get(one)! > 1 && slicesOf.get(other)! > 1;
  return crosses && !sameDocument && !idsTell ? ['copy', 'neighbour'] : ['copy'];
}
