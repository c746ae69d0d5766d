import {
  bytesSource,
  fileSource,
  openDicomSeries,
  openVolume,
  resample,
  windowPresets,
  windowSlice,
  type CtSlice,
} from '@groundglass/core';
import { open, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parentPort } from 'node:worker_threads';

/** A share of one benchmark's work. */
export type CoreTask =
  /** Headers of all files, pixels of every `of`-th slice from `part` on. */
  | {
      readonly kind: 'series';
      readonly files: readonly string[];
      readonly part: number;
      readonly of: number;
    }
  | { readonly kind: 'pictures'; readonly files: readonly string[] }
  | { readonly kind: 'volume'; readonly file: string; readonly slice: number };

const size = { columns: 480, rows: 480 };

parentPort?.on('message', (task: CoreTask) => {
  void work(task).then((slices) => parentPort?.postMessage(slices));
});

async function work(task: CoreTask): Promise<number> {
  switch (task.kind) {
    case 'series': {
      const files = await Promise.all(
        task.files.map(async (path) => ({
          name: basename(path),
          source: bytesSource(await readFile(path)),
        })),
      );
      const { volumes } = await openDicomSeries(files);
      const volume = volumes[0]!.volume;
      let slices = 0;
      for (let i = task.part; i < volume.sliceCount; i += task.of, slices++)
        prepare(await volume.slice(i));
      return slices;
    }
    case 'pictures': {
      // Four at a time: libvips decodes in its own threads while this one resamples.
      const queue = [...task.files];
      const lane = async () => {
        for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
          const volume = await openVolume(bytesSource(await readFile(path)));
          prepare(await volume.slice(0));
        }
      };
      await Promise.all([lane(), lane(), lane(), lane()]);
      return task.files.length;
    }
    case 'volume': {
      const handle = await open(task.file);
      const volume = await openVolume(await fileSource(handle));
      prepare(await volume.slice(task.slice));
      await handle.close();
      return 1;
    }
  }
}

/** A model's input: windowed and resized. */
function prepare(slice: CtSlice): Float32Array {
  const grey = slice.unit === 'HU' ? windowSlice(slice, windowPresets.lung) : slice.pixels;
  return resample(grey, slice, size);
}
