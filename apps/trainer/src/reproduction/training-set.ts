import { CtError } from '@groundglass/core';
import type { TargetSample } from '@groundglass/dataset';
import { SeededRandom } from '@groundglass/core';
import type { PaperRow, PositiveSet } from './paper-tables.js';

/** The pictures that the paper's experiments draw from, with paths from one root. */
export interface ReproductionData {
  /** Rows of `original-ct-split.csv`: original CT slices, whose test and validation splits measure every row. */
  readonly original: readonly TargetSample[];
  /** COVID-CT as published: all of it trains, since the test pictures come from elsewhere. */
  readonly covidCt: readonly TargetSample[];
}

/** Training pictures of one row, with the shared validation and test pictures. */
export interface RowData {
  readonly train: readonly TargetSample[];
  readonly validation: readonly TargetSample[];
  readonly test: readonly TargetSample[];
}

/** Pictures in the paper's COVID-CT-118. */
const subsetSize = 118;

/**
 * The samples of one row: its positive sets, the negative training pictures that all rows share (the paper's Table 1: LUNA16 and the
 * non-COVID pictures of COVID-CT), and the validation and test pictures of original CT.
 *
 * COVID-CT-118 is drawn from the seed; the paper does not name its pictures.
 *
 * @throws {CtError} `CT_BAD_DATASET` if a part is missing, or has fewer pictures than are drawn from it.
 */
export function rowData(
  { positives }: Pick<PaperRow, 'positives'>,
  { original, covidCt }: ReproductionData,
  seed: number,
): RowData {
  const ofOriginal = (split: string, target: 0 | 1) =>
    original.filter((sample) => sample.split === split && sample.target === target);
  const ofCovidCt = (target: 0 | 1) => covidCt.filter((sample) => sample.target === target);
  const sets: Record<PositiveSet, () => TargetSample[]> = {
    'covid-seg': () => ofOriginal('train', 1),
    'covid-ct-349': () => ofCovidCt(1),
    'covid-ct-118': () => drawn(ofCovidCt(1), subsetSize, seed),
  };
  const train = [
    ...positives.flatMap((set) => sets[set]()),
    ...ofOriginal('train', 0),
    ...ofCovidCt(0),
  ].map((sample): TargetSample => ({ ...sample, split: 'train' }));
  const of = (split: string) => original.filter((sample) => sample.split === split);
  const data = { train, validation: of('val'), test: of('test') };
  for (const [part, samples] of Object.entries(data)) {
    if (new Set(samples.map(({ target }) => target)).size < 2)
      throw new CtError(
        'CT_BAD_DATASET',
        `Expected COVID and non-COVID pictures among the ${part} pictures of the reproduction, got ${samples.length} of one label`,
      );
  }
  return data;
}

/** A sample of pictures without repeats, in their original order. */
function drawn(samples: readonly TargetSample[], count: number, seed: number): TargetSample[] {
  if (samples.length < count)
    throw new CtError(
      'CT_BAD_DATASET',
      `Expected at least ${count} pictures with COVID-19 in covid-ct, got ${samples.length}`,
    );
  const places = new SeededRandom(seed, 0x118).shuffled(samples.map((_, place) => place));
  const chosen = new Set(places.slice(0, count));
  return samples.filter((_, place) => chosen.has(place));
}
