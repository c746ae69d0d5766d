import { CtError, type DatasetSample } from '@groundglass/core';
import { Random } from '../batches/random.js';
import type { PaperRow, PositiveSet } from './paper-tables.js';

/** The pictures that the paper's experiments draw from, with paths from one root. */
export interface ReproductionData {
  /** Rows of `original-ct-split.csv`: original CT slices, whose test and validation splits every row is measured on. */
  readonly original: readonly DatasetSample[];
  /** COVID-CT as published: all of it trains, since the test pictures are others. */
  readonly covidCt: readonly DatasetSample[];
}

/** What one row trains on, with the shared validation and test pictures. */
export interface RowData {
  readonly train: readonly DatasetSample[];
  readonly validation: readonly DatasetSample[];
  readonly test: readonly DatasetSample[];
}

/** Pictures in the paper's COVID-CT-118. */
const subsetSize = 118;

/**
 * The samples of one row: its positive sets, the negative training pictures that all rows share (the paper's Table 1: LUNA16 and the
 * non-COVID pictures of COVID-CT), and the validation and test pictures of original CT.
 *
 * COVID-CT-118 is drawn from the seed; the paper does not name its pictures.
 *
 * @throws {CtError} `CT_BAD_DATASET` where a part is missing.
 */
export function rowData(
  { positives }: Pick<PaperRow, 'positives'>,
  { original, covidCt }: ReproductionData,
  seed: number,
): RowData {
  const ofOriginal = (split: string, label: string) =>
    original.filter((sample) => sample.split === split && sample.label === label);
  const sets: Record<PositiveSet, () => DatasetSample[]> = {
    'covid-seg': () => ofOriginal('train', 'covid'),
    'covid-ct-349': () => covidCt.filter(({ label }) => label === 'covid'),
    'covid-ct-118': () =>
      drawn(
        covidCt.filter(({ label }) => label === 'covid'),
        subsetSize,
        seed,
      ),
  };
  const train = [
    ...positives.flatMap((set) => sets[set]()),
    ...ofOriginal('train', 'non-covid'),
    ...covidCt.filter(({ label }) => label === 'non-covid'),
  ].map((sample): DatasetSample => ({ ...sample, split: 'train' }));
  const of = (split: string) => original.filter((sample) => sample.split === split);
  const data = { train, validation: of('val'), test: of('test') };
  for (const [part, samples] of Object.entries(data)) {
    if (new Set(samples.map(({ label }) => label)).size < 2)
      throw new CtError(
        'CT_BAD_DATASET',
        `Expected COVID and non-COVID pictures among the ${part} pictures of the reproduction, got ${samples.length} of one label`,
      );
  }
  return data;
}

/** A sample of pictures without repeats, in the order that they came in. */
function drawn(samples: readonly DatasetSample[], count: number, seed: number): DatasetSample[] {
  const places = new Random(seed, 0x118).shuffled(samples.map((_, place) => place));
  const chosen = new Set(places.slice(0, count));
  return samples.filter((_, place) => chosen.has(place));
}
