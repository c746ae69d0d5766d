import { asCtError, CtError, type DatasetSample } from '@groundglass/core';
import { openFile } from '../facts/open-file.js';
import { pixelHash } from '../facts/pixel-hash.js';
import type { DatasetFiles } from '../files/dataset-files.js';
import type { DatasetProgress } from '../import/import-options.js';
import type { FeaturesCache } from './features-cache.js';
import { colourMarks } from './marks.js';
import {
  restoreFeatures,
  sliceFeatures,
  storeFeatures,
  type SliceFeatures,
} from './slice-features.js';

/** How features are read. */
export interface FeatureOptions {
  readonly cache?: FeaturesCache | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DatasetProgress) => void) | undefined;
  /** Called now and then, to save the cache while a long audit runs. */
  readonly onSave?: (() => Promise<void>) | undefined;
}

/** Files between two saves. */
const saveEvery = 500;

/**
 * The features of every sample; a sample whose pixels cannot be read has none. Pictures are decoded one after another and let go: memory
 * does not grow with their size. A picture whose pixel hash is known is not read.
 *
 * @throws {CtError} `CT_CANCELLED`.
 */
export async function readFeatures(
  files: DatasetFiles,
  samples: readonly DatasetSample[],
  { cache, signal, onProgress, onSave }: FeatureOptions = {},
): Promise<(SliceFeatures | undefined)[]> {
  const result: (SliceFeatures | undefined)[] = [];
  let fresh = 0;
  for (const sample of samples) {
    if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Reading features was cancelled');
    const known = sample.pixelHash === undefined ? undefined : cache?.find(sample.pixelHash);
    if (known) result.push(restoreFeatures(known));
    else {
      result.push(await featuresOf(files, sample, cache, signal));
      if (++fresh % saveEvery === 0) await onSave?.();
    }
    onProgress?.({ phase: 'features', done: result.length, total: samples.length });
  }
  if (fresh > 0) await onSave?.();
  return result;
}

async function featuresOf(
  files: DatasetFiles,
  { path, slice }: DatasetSample,
  cache: FeaturesCache | undefined,
  signal: AbortSignal | undefined,
): Promise<SliceFeatures | undefined> {
  let opened;
  try {
    opened = await openFile(files, path, signal);
    const { volume, bytes } = opened;
    const decoded = await volume.slice(slice ?? 0, signal);
    const hash = await pixelHash(decoded);
    const known = cache?.find(hash);
    if (known) return restoreFeatures(known);
    const features = sliceFeatures(decoded);
    const isPicture = volume.format === 'png' || volume.format === 'jpeg';
    const isColoured = volume.warnings.some((warning) =>
      JSON.stringify(warning).includes('COLOUR_TO_GREY'),
    );
    const colour = isPicture && isColoured && bytes ? await colourMarks(bytes) : undefined;
    const whole = colour ? { ...features, marks: [...features.marks, colour] } : features;
    cache?.set(hash, storeFeatures(whole));
    return whole;
  } catch (error) {
    if (asCtError(error, 'CT_CORRUPT', '').code === 'CT_CANCELLED') throw error;
    return undefined;
  } finally {
    await opened?.close();
  }
}
