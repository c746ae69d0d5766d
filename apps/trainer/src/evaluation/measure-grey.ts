import type { DatasetSample } from '@groundglass/core';
import { loadSample, type LoadOptions } from '../batches/load-sample.js';

/** Maximum number of pictures measured; more change only the third digit. */
const mostSamples = 200;

/**
 * Mean and deviation of grey over the training pictures, each picture with the same weight.
 *
 * @returns mean and deviation of values in 0–1.
 */
export async function measureGrey(
  samples: readonly DatasetSample[],
  load: LoadOptions,
): Promise<[mean: number, deviation: number]> {
  const step = Math.max(1, Math.floor(samples.length / mostSamples));
  let [count, sum, squares] = [0, 0, 0];
  for (let i = 0; i < samples.length; i += step) {
    const { image } = await loadSample({ ...samples[i]!, mask: undefined }, load);
    let [mean, square] = [0, 0];
    for (const value of image.data) {
      mean += value;
      square += value * value;
    }
    sum += mean / image.data.length;
    squares += square / image.data.length;
    count++;
  }
  const mean = sum / count;
  return [mean, Math.max(0.01, Math.sqrt(Math.max(0, squares / count - mean * mean)))];
}
