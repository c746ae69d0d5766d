import {
  requireSamples,
  type Dataset,
  type FactsCache,
  type FeaturesCache,
  type PictureReader,
} from '@groundglass/dataset';
import { nodeFiles } from '@groundglass/dataset/node';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { openDataset } from './open-datasets.js';
import { openFactsCache, saveFactsCache } from './facts-cache-file.js';
import { openFeaturesCache, saveFeaturesCache } from './features-cache-file.js';
import { picturePool } from './picture-pool.js';

/** A dataset with its files and caches. */
export interface OpenedDataset {
  readonly dataset: Dataset;
  readonly files: Awaited<ReturnType<typeof nodeFiles>>;
  /** Folder of the manifest, and of files written next to it. */
  readonly folder: string;
  readonly facts: FactsCache;
  readonly features: FeaturesCache;
  readonly reader: PictureReader;
  readonly save: () => Promise<void>;
}

/**
 * Opens a manifest, or the folder that holds one, for the commands that read its pictures.
 *
 * @throws {CtError} `CT_BAD_DATASET`: without samples, or not a dataset.
 */
export async function openForWork(path: string): Promise<OpenedDataset> {
  const dataset = await openDataset(path);
  requireSamples(dataset);
  const folder = (await stat(path)).isDirectory() ? resolve(path) : dirname(resolve(path));
  const [facts, features] = [await openFactsCache(folder), await openFeaturesCache(folder)];
  const files = await nodeFiles(dataset.root);
  return {
    dataset,
    files,
    folder,
    facts,
    features,
    reader: picturePool(files.root),
    save: async () => {
      await saveFactsCache(folder, facts);
      await saveFeaturesCache(folder, features);
    },
  };
}
