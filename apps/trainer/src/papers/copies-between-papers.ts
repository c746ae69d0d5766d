import type { DatasetSample } from '@groundglass/core';
import { findDuplicates, readFeatures } from '@groundglass/dataset';
import { nodeFiles } from '@groundglass/dataset/node';
import { openFeaturesCache, saveFeaturesCache } from '../datasets/features-cache-file.js';
import { picturePool } from '../datasets/picture-pool.js';

/** Two samples, by index, that show the same picture; the lower index first. */
export type PaperCopy = readonly [first: number, second: number];

/**
 * Pictures in two papers: the same pixels, or copies that were scaled, cropped, rotated, windowed or saved again. Caches its
 * features where `dataset audit` looks for them.
 *
 * @param out folder that sample paths are relative to.
 * @param signal stops the search for copies that differ in their pixels.
 */
export async function copiesBetweenPapers(
  out: string,
  samples: readonly DatasetSample[],
  signal?: AbortSignal,
): Promise<PaperCopy[]> {
  const exact = sameHashes(samples);
  const papers = new Set(samples.map(({ document }) => document));
  if (papers.size < 2 || signal?.aborted) return exact;
  const cache = await openFeaturesCache(out);
  const files = await nodeFiles(out);
  const reader = picturePool(files.root);
  try {
    const onSave = () => saveFeaturesCache(out, cache);
    const features = await readFeatures(files, samples, { cache, reader, signal, onSave });
    const known = samples.flatMap((sample, i) => {
      const found = features[i];
      return found ? [{ i, sample, points: found.points }] : [];
    });
    const pairs = await findDuplicates(
      known.map(({ i, sample, points }) => ({ points, hash: sample.pixelHash ?? String(i) })),
      {
        load: (k) => reader.comparedPart({ path: known[k]!.sample.path, slice: undefined }),
        atOnce: reader.atOnce,
        wanted: (a, b) =>
          known[a]!.sample.document === known[b]!.sample.document ||
          known[a]!.sample.pixelHash === known[b]!.sample.pixelHash
            ? []
            : ['copy'],
        remembered: cache,
        signal,
      },
    );
    const near = pairs.map(({ a, b }): PaperCopy => {
      const [first, second] = [known[a]!.i, known[b]!.i].sort((x, y) => x - y) as [number, number];
      return [first, second];
    });
    return [...exact, ...near].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  } catch (error) {
    if (signal?.aborted) return exact;
    throw error;
  } finally {
    await saveFeaturesCache(out, cache);
  }
}

function sameHashes(samples: readonly DatasetSample[]): PaperCopy[] {
  const firsts = new Map<string, number[]>();
  return samples.flatMap(({ pixelHash, document }, i) => {
    if (pixelHash === undefined) return [];
    const before = firsts.get(pixelHash) ?? [];
    firsts.set(pixelHash, [...before, i]);
    const other = before.find((k) => samples[k]!.document !== document);
    return other === undefined ? [] : [[other, i] as const];
  });
}
