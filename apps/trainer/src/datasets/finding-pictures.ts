import { encodePng, type Finding } from '@groundglass/core';
import { inOrder, sampleKey, shownOfRule, shownPictures, shownSlice } from '@groundglass/dataset';
import { replaceFile } from '@groundglass/dataset/disk';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenedDataset } from './open-for-work.js';

interface Slice {
  readonly path: string;
  readonly slice: number | undefined;
}

/** Longer side of a picture in pixels. */
const side = 224;

/** The pictures of findings as data URLs, by `sampleKey`. A picture drawn before is not decoded again. */
export async function findingPictures(
  { dataset, facts, folder, reader }: OpenedDataset,
  findings: readonly Finding[],
): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map(
    dataset.samples.map((sample) => {
      const found = facts.get(sample.path);
      const known =
        found && 'slices' in found
          ? found.slices[shownSlice(sample.slice, found.sliceCount)]
          : undefined;
      return [sampleKey(sample), known?.pixelHash ?? sample.pixelHash];
    }),
  );
  const shown = new Map<string, Slice>();
  const counts = new Map<string, number>();
  for (const { rule, samples } of findings) {
    const count = (counts.get(rule) ?? 0) + 1;
    counts.set(rule, count);
    if (count > shownOfRule) continue;
    for (const { path, slice } of samples.slice(0, shownPictures))
      shown.set(sampleKey({ path, slice }), { path, slice });
  }
  const kept = join(folder, '.groundglass', 'thumbnails');
  const draw = async (slice: Slice) => {
    const picture = await reader.thumbnail(slice, side);
    if (!picture) return undefined;
    const { columns, rows, pixels } = picture;
    const data = Uint8ClampedArray.from(pixels, (value) => value * 255);
    return encodePng({ columns, rows, channels: 1, data });
  };
  const drawOnce = async (hash: string, slice: Slice) => {
    const file = join(kept, `${hash}.png`);
    const before = await readFile(file).catch(() => undefined);
    if (before) return before;
    const png = await draw(slice);
    if (png) await replaceFile(file, png);
    return png;
  };
  const drawn = new Map<string, Promise<Uint8Array | undefined>>();
  const pictureOf = ([key, slice]: [string, Slice]) => {
    const hash = hashes.get(key);
    if (hash === undefined) return draw(slice);
    const known = drawn.get(hash) ?? drawOnce(hash, slice);
    drawn.set(hash, known);
    return known;
  };
  const urls = new Map<string, string>();
  for await (const [[key], png] of inOrder([...shown], reader.atOnce, pictureOf))
    if (png) urls.set(key, `data:image/png;base64,${Buffer.from(png).toString('base64')}`);
  return urls;
}
