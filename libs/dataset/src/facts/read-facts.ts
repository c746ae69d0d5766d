import { CtError } from '@groundglass/core';
import type { DatasetFiles, FileStat } from '../files/dataset-files.js';
import type { PictureReader } from '../reading/picture-reader.js';
import { decodeFacts } from './decode-facts.js';
import type { FactsCache } from './facts-cache.js';
import type { FileFacts, FileFailure } from './file-facts.js';

/** Options for reading facts. */
export interface FactsOptions {
  readonly cache?: FactsCache | undefined;
  /** Decodes instead of this thread. */
  readonly reader?: PictureReader | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The fingerprints, header and statistics of a file. An unchanged file comes from the cache. An unreadable file is a
 * failure, never an exception, except `CT_CANCELLED`.
 */
export async function readFacts(
  files: DatasetFiles,
  path: string,
  stat: FileStat,
  { cache, reader, signal }: FactsOptions = {},
): Promise<FileFacts | FileFailure> {
  if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Reading was cancelled');
  const known = cache?.find(path, stat);
  if (known && (await companionsUnchanged(files, known))) return known;
  const facts = reader
    ? await reader.facts(path, stat)
    : await decodeFacts(files, path, stat, signal);
  cache?.set(facts);
  return facts;
}

async function companionsUnchanged(
  files: DatasetFiles,
  facts: FileFacts | FileFailure,
): Promise<boolean> {
  // A companion that was missing may have been added.
  if ('problem' in facts) return facts.code !== 'CT_MISSING_COMPANION';
  for (const { path, size, modified } of facts.companions ?? []) {
    const stat = await files.stat(path);
    if (stat?.size !== size || stat.modified !== modified) return false;
  }
  return true;
}
