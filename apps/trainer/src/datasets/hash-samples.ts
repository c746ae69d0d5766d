import type { DatasetSample } from '@groundglass/core';
import { inOrder, type Dataset } from '@groundglass/dataset';
import { join } from 'node:path';
import { fileHash } from '../evaluation/file-hash.js';

/**
 * Adds the file hash to samples without one, so that equal pictures in two splits, and different pictures
 * under the same names, are detected in hand-written manifests too. A missing file gets none; reading it gives the error.
 */
export async function hashSamples(dataset: Dataset): Promise<Dataset> {
  const paths = [...new Set(dataset.samples.filter(lacksHash).map(({ path }) => path))];
  const hashes = new Map<string, string>();
  const hash = (path: string) => fileHash(join(dataset.root, path)).catch(() => undefined);
  for await (const [path, sha256] of inOrder(paths, 8, hash))
    if (sha256 !== undefined) hashes.set(path, sha256);
  const samples = dataset.samples.map((sample) => {
    const sha256 = lacksHash(sample) ? hashes.get(sample.path) : undefined;
    return sha256 === undefined ? sample : { ...sample, sha256 };
  });
  return { ...dataset, samples };
}

const lacksHash = ({ pixelHash, sha256 }: DatasetSample) =>
  pixelHash === undefined && sha256 === undefined;
