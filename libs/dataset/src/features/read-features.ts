import { CtError, type DatasetSample } from '@groundglass/core';
import type { DatasetFiles } from '../files/dataset-files.js';
import type { DatasetProgress } from '../import/import-options.js';
import { inOrder } from '../reading/in-order.js';
import { pictureReader, type PictureReader } from '../reading/picture-reader.js';
import type { FeaturesCache } from './features-cache.js';
import { restoreFeatures, type SliceFeatures } from './slice-features.js';

/** Options for reading features. */
export interface FeatureOptions {
  readonly cache?: FeaturesCache | undefined;
  /** Decodes instead of this thread. */
  readonly reader?: PictureReader | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DatasetProgress) => void) | undefined;
  /** Called periodically, to save the cache during a long audit. */
  readonly onSave?: (() => Promise<void>) | undefined;
}

/** Files between two saves. */
const saveEvery = 500;

/**
 * The features of every sample; a sample whose pixels cannot be read has none. A few pictures are decoded at a time and released: memory does
 * not grow with their number. A picture whose pixel hash is known is not read.
 *
 * @throws {CtError} `CT_CANCELLED`.
 */
export async function readFeatures(
  files: DatasetFiles,
  samples: readonly DatasetSample[],
  { cache, reader = pictureReader(files), signal, onProgress, onSave }: FeatureOptions = {},
): Promise<(SliceFeatures | undefined)[]> {
  const result: (SliceFeatures | undefined)[] = [];
  let fresh = 0;
  const read = async (sample: DatasetSample) => {
    if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Reading features was cancelled');
    const known = sample.pixelHash === undefined ? undefined : cache?.find(sample.pixelHash);
    if (known) return restoreFeatures(known);
    const { path, slice } = sample;
    const decoded = await reader.features({ path, slice });
    if (!decoded) return undefined;
    if (!cache?.find(decoded.hash)) cache?.set(decoded.hash, decoded.features);
    fresh++;
    return restoreFeatures(decoded.features);
  };
  for await (const [, features] of inOrder(samples, reader.atOnce, read)) {
    result.push(features);
    if (fresh >= saveEvery) {
      fresh = 0;
      await onSave?.();
    }
    onProgress?.({ phase: 'features', done: result.length, total: samples.length });
  }
  if (fresh > 0) await onSave?.();
  return result;
}
