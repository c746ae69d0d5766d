import {
  readFacts,
  type DatasetProgress,
  type FileFacts,
  type FileFailure,
} from '@groundglass/dataset';
import type { OpenedDataset } from './open-for-work.js';

/** Facts of every file of a dataset, from the cache where nothing has changed; a missing file has none. */
export async function readAllFacts(
  { dataset, files, facts: cache }: OpenedDataset,
  onProgress: (progress: DatasetProgress) => void,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, FileFacts | FileFailure>> {
  const found = new Map<string, FileFacts | FileFailure>();
  const paths = [...new Set(dataset.samples.map(({ path }) => path))];
  for (const [i, path] of paths.entries()) {
    const stat = await files.stat(path);
    if (stat?.kind === 'file')
      found.set(path, await readFacts(files, path, stat, { cache, signal }));
    onProgress({ phase: 'reading', done: i + 1, total: paths.length });
  }
  return found;
}
