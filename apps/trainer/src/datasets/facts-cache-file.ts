import { FactsCache } from '@groundglass/dataset';
import { replaceFile } from '@groundglass/dataset/disk';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Next to the manifest: facts read from files, so that an unchanged one is not read again. Safe to delete. */
const cacheFile = (folder: string) => join(folder, '.groundglass', 'facts.jsonl');

/** The cache of a dataset's folder; empty if there is none. */
export async function openFactsCache(folder: string): Promise<FactsCache> {
  return FactsCache.parse(await readFile(cacheFile(folder), 'utf8').catch(() => ''));
}

/** Writes the cache if something was read. */
export async function saveFactsCache(folder: string, cache: FactsCache): Promise<void> {
  if (cache.reads === 0) return;
  await replaceFile(cacheFile(folder), cache.text());
}
