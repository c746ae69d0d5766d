import {
  inOrder,
  readFacts,
  type DatasetProgress,
  type FileFacts,
  type FileFailure,
} from '@groundglass/dataset';
import type { OpenedDataset } from './open-for-work.js';

/** Facts of every file of a dataset, from the cache for unchanged ones; a missing file has none. */
export async function readAllFacts(
  { dataset, files, reader, facts: cache }: OpenedDataset,
  onProgress: (progress: DatasetProgress) => void,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, FileFacts | FileFailure>> {
  const found = new Map<string, FileFacts | FileFailure>();
  const paths = [...new Set(dataset.samples.map(({ path }) => path))];
  const read = async (path: string) => {
    const stat = await files.stat(path);
    return stat?.kind === 'file'
      ? readFacts(files, path, stat, { cache, reader, signal })
      : undefined;
  };
  let done = 0;
  for await (const [path, facts] of inOrder(paths, reader.atOnce, read)) {
    if (facts) found.set(path, facts);
    onProgress({ phase: 'reading', done: ++done, total: paths.length });
  }
  return found;
}
