import { CtError, type DatasetSample } from '@groundglass/core';
import { counted, type Dataset } from '@groundglass/dataset';
import type { FeatureDistance } from '@groundglass/nn';
import { fitDistance } from './fit-distance.js';
import type { SampleReader } from './sample-reader.js';

/** A distance, and a description of its data. */
export interface FittedDistance {
  readonly distance: FeatureDistance;
  /** Such as "1409 training pictures of 5 sources and 289 validation pictures of 4 sources". */
  readonly description: string;
}

/**
 * Reads the features of datasets' pictures with a model, fits the distance on the training splits and its bound on the
 * validation splits.
 *
 * @param most maximum pictures of a source and split to read.
 * @param onProgress called with a line to show, and with an empty one at the end.
 * @throws {CtError} `CT_BAD_DATASET` if one of the two splits is empty.
 */
export async function fitDistanceOn(
  reader: SampleReader,
  datasets: readonly Dataset[],
  most: number,
  onProgress: (text: string) => void,
): Promise<FittedDistance> {
  const read = async (split: string): Promise<Float64Array[][]> => {
    const found = new Map<string, Float64Array[]>();
    for (const { root, samples } of datasets) {
      const chosen = thin(
        samples.filter((sample) => sample.split === split),
        most,
      );
      for (const sample of chosen) {
        const own = found.get(sample.source) ?? [];
        own.push((await reader.read(root, sample)).features);
        found.set(sample.source, own);
        onProgress(`${split}, ${sample.source}: ${own.length}`);
      }
    }
    onProgress('');
    return [...found.values()];
  };
  const [training, validation] = [await read('train'), await read('val')];
  if (training.length === 0 || validation.length === 0)
    throw new CtError('CT_BAD_DATASET', 'Expected samples of the splits train and val');
  return {
    distance: fitDistance(training, validation),
    description: `${picturesOf('training', training)} and ${picturesOf('validation', validation)}`,
  };
}

function picturesOf(split: string, sources: readonly (readonly unknown[])[]): string {
  return `${counted(sources.flat().length, `${split} picture`)} of ${counted(sources.length, 'source')}`;
}

/** At most `most` samples of each source, evenly spaced in their list. */
export function thin<Sample extends Pick<DatasetSample, 'source'>>(
  samples: readonly Sample[],
  most: number,
): Sample[] {
  return groupBy(samples, ({ source }) => source).flatMap((own) => {
    const step = Math.max(1, own.length / most);
    return own.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
  });
}

/** Groups values by key, in the order in which keys first appear. */
export function groupBy<T>(values: readonly T[], key: (value: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(key(value)) ?? [];
    group.push(value);
    groups.set(key(value), group);
  }
  return [...groups.values()];
}
