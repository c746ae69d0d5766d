import type { Dataset, FactsCache, FeaturesCache } from '@groundglass/dataset';
import { nodeFiles } from '@groundglass/dataset/node';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { openDataset } from './open-datasets.js';
import { openFactsCache, saveFactsCache } from './facts-cache-file.js';
import { openFeaturesCache, saveFeaturesCache } from './features-cache-file.js';

/** A dataset with the files that its paths start from, and what is remembered of them. */
export interface OpenedDataset {
  readonly dataset: Dataset;
  readonly files: Awaited<ReturnType<typeof nodeFiles>>;
  /** Where the manifest lies, and what is written beside it. */
  readonly folder: string;
  readonly facts: FactsCache;
  readonly features: FeaturesCache;
  readonly save: () => Promise<void>;
}

/** Opens a manifest, or the folder that holds one, for the commands that look at its pictures. */
export async function openForWork(path: string): Promise<OpenedDataset> {
  const dataset = await openDataset(path);
  const folder = (await stat(path)).isDirectory() ? resolve(path) : dirname(resolve(path));
  const [facts, features] = [await openFactsCache(folder), await openFeaturesCache(folder)];
  return {
    dataset,
    files: await nodeFiles(dataset.root),
    folder,
    facts,
    features,
    save: async () => {
      await saveFactsCache(folder, facts);
      await saveFeaturesCache(folder, features);
    },
  };
}
