import {
  fileSource,
  inspectSlice,
  openVolume,
  toModelInput,
  type DatasetSample,
} from '@groundglass/core';
import type { FeatureReader } from '@groundglass/nn';
import { appendFile, open, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';

/** The model's result for one sample. */
export interface ReadSample {
  readonly features: Float64Array;
  readonly probability: number;
  /** Whether the slice would count in a volume. */
  readonly counts: boolean;
}

const rowSchema = z.object({
  /** Hash of the row's model. */
  sha256: z.string(),
  path: z.string(),
  slice: z.number(),
  features: z.array(z.number()),
  probability: z.number(),
  counts: z.boolean(),
});

interface SampleReaderOptions {
  readonly crop: 'none' | 'chest';
  /** Hash of the model. */
  readonly sha256: string;
  /** JSON Lines, appended to while reading. */
  readonly cache: string | undefined;
}

/** Reads features and probabilities of samples, from a cache where it has them. */
export class SampleReader {
  readonly #model: FeatureReader;
  readonly #options: SampleReaderOptions;
  readonly #known: Map<string, ReadSample>;

  private constructor(
    model: FeatureReader,
    options: SampleReaderOptions,
    known: Map<string, ReadSample>,
  ) {
    this.#model = model;
    this.#options = options;
    this.#known = known;
  }

  static async open(model: FeatureReader, options: SampleReaderOptions): Promise<SampleReader> {
    const text = options.cache ? await readFile(options.cache, 'utf8').catch(() => '') : '';
    const known = new Map<string, ReadSample>();
    for (const line of text.split('\n')) {
      const row = rowSchema.safeParse(parseLine(line)).data;
      if (row?.sha256 !== options.sha256) continue;
      known.set(`${row.path}#${row.slice}`, { ...row, features: Float64Array.from(row.features) });
    }
    return new SampleReader(model, options, known);
  }

  /** @throws {CtError} errors of opening and decoding the file. */
  async read(root: string, { path, slice = 0 }: DatasetSample): Promise<ReadSample> {
    const file = resolve(root, path);
    const kept = this.#known.get(`${file}#${slice}`);
    if (kept) return kept;
    const read = await this.#compute(file, slice);
    const { sha256, cache } = this.#options;
    if (cache !== undefined) {
      const row = { ...read, sha256, path: file, slice, features: [...read.features] };
      await appendFile(cache, `${JSON.stringify(row)}\n`);
    }
    return read;
  }

  async #compute(path: string, index: number): Promise<ReadSample> {
    const handle = await open(path);
    try {
      const volume = await openVolume(await fileSource(handle), { name: path });
      const slice = await volume.slice(index);
      const { data, shape } = toModelInput(slice, { crop: this.#options.crop });
      const [, rows, columns] = shape;
      const { reasons, hasEnoughLung } = inspectSlice(slice);
      const answer = await this.#model.read(data, { rows, columns });
      return { ...answer, counts: hasEnoughLung && reasons.length === 0 };
    } finally {
      await handle.close();
    }
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
