import { FeaturesCache } from '@groundglass/dataset';
import { makeFolder } from '@groundglass/dataset/disk';
import { appendFile, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const cacheFile = (folder: string) => join(folder, '.groundglass', 'features.jsonl');

/** The features computed earlier, next to the manifest; empty if there are none. Safe to delete. */
export async function openFeaturesCache(folder: string): Promise<FeaturesCache> {
  return FeaturesCache.parse(await readFile(cacheFile(folder), 'utf8').catch(() => ''));
}

/** Appends new features; a kill loses at most the last row. */
export async function saveFeaturesCache(folder: string, cache: FeaturesCache): Promise<void> {
  const fresh = cache.takeFresh();
  if (fresh === '') return;
  await makeFolder(dirname(cacheFile(folder)));
  await appendFile(cacheFile(folder), fresh);
}
