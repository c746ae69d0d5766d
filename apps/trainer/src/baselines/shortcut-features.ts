import {
  fileSource,
  openVolume,
  resample,
  toModelInput,
  type DatasetSample,
} from '@groundglass/core';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';

/** What a classifier can read off a picture without looking at a lung. */
export interface ShortcutFeatures {
  /** File format, colour space, channels, bits, and the logarithms of width, height and their ratio. */
  readonly origin: readonly number[];
  /** Twelve statistics of grey over the whole picture. */
  readonly grey: readonly number[];
  /** The outer ring of the picture, an eighth of its side wide, scaled to 32×32 pixels in all. */
  readonly ring: readonly number[];
}

const ringSide = 32;
const ringWidth = 4;

/**
 * Reads the features of one sample from its file.
 *
 * @param root - absolute folder that the sample's path starts from
 * @throws {CtError} when the file cannot be decoded.
 */
export async function shortcutFeatures(
  root: string,
  sample: DatasetSample,
): Promise<ShortcutFeatures> {
  const handle = await open(resolve(root, sample.path));
  try {
    const volume = await openVolume(await fileSource(handle));
    const { data, shape } = toModelInput(await volume.slice(sample.slice ?? 0), { crop: 'none' });
    const [, rows, columns] = shape;
    const header = new Map(volume.metadata.map(({ key, value }) => [key, value]));
    const small = resample(data, { columns, rows }, { columns: ringSide, rows: ringSide });
    return {
      origin: originFeatures(header, volume),
      grey: greyStatistics(data),
      ring: [...small].filter((_, i) => {
        const [row, column] = [Math.floor(i / ringSide), i % ringSide];
        return Math.min(row, column, ringSide - 1 - row, ringSide - 1 - column) < ringWidth;
      }),
    };
  } finally {
    await handle.close();
  }
}

function originFeatures(
  header: ReadonlyMap<string, string>,
  { format, columns, rows }: { format: string; columns: number; rows: number },
): number[] {
  const channels = header.get('channels');
  const isOne = (condition: boolean) => (condition ? 1 : 0);
  return [
    isOne(format === 'jpeg'),
    ...['1', '2', '3', '4'].map((count) => isOne(channels === count)),
    isOne(format === 'jpeg' && channels === '1'),
    isOne(header.get('depth') === '16'),
    Math.log(columns),
    Math.log(rows),
    Math.log(columns / rows),
  ];
}

/** Mean, deviation, skewness, kurtosis, five percentiles, shares of black and of white, entropy. */
function greyStatistics(pixels: Float32Array): number[] {
  const count = pixels.length;
  const histogram = new Float64Array(256);
  let mean = 0;
  for (const value of pixels) {
    mean += value / count;
    const bin = Math.min(255, Math.max(0, Math.round(value * 255)));
    histogram[bin]! += 1 / count;
  }
  let [second, third, fourth] = [0, 0, 0];
  for (const value of pixels) {
    const away = value - mean;
    second += away ** 2 / count;
    third += away ** 3 / count;
    fourth += away ** 4 / count;
  }
  const deviation = Math.sqrt(second);
  const safe = Math.max(second, 1e-12);
  const percentile = (share: number) => {
    let sum = 0;
    const bin = histogram.findIndex((part) => (sum += part) >= share);
    return (bin < 0 ? 255 : bin) / 255;
  };
  const black = histogram.subarray(0, 6).reduce((sum, part) => sum + part, 0);
  const white = histogram.subarray(250).reduce((sum, part) => sum + part, 0);
  const entropy = histogram.reduce(
    (sum, part) => (part > 0 ? sum - part * Math.log2(part) : sum),
    0,
  );
  return [
    mean,
    deviation,
    third / safe ** 1.5,
    fourth / safe ** 2,
    ...[0.05, 0.25, 0.5, 0.75, 0.95].map(percentile),
    black,
    white,
    entropy,
  ];
}
