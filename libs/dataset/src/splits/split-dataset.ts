import { CtError, SeededRandom, type DatasetSample } from '@groundglass/core';
import { patientKey } from '../leaks/same-patient.js';
import { didYouMean } from '../text/did-you-mean.js';
import type { SplitShares } from './assign-split.js';

/** How samples are divided. */
export interface SplitOptions {
  readonly seed: number;
  /** Pairs of samples, as indices, that must stay together: copies and neighbours that an audit found. */
  readonly together?: readonly (readonly number[])[];
}

/** Samples that a split must keep whole: of one patient, document, series or picture, and what `together` joins. */
export function wholeGroups(
  samples: readonly DatasetSample[],
  together: readonly (readonly number[])[] = [],
): number[][] {
  const parent = samples.map((_, i) => i);
  const rootOf = (i: number): number => {
    let root = i;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = i; parent[at] !== root;) [at, parent[at]] = [parent[at]!, root];
    return root;
  };
  const first = new Map<string, number>();
  for (const [i, sample] of samples.entries()) {
    const series = sample.meta?.series;
    const keys = [
      `patient ${patientKey(sample)}`,
      sample.document === undefined ? undefined : `document ${sample.document}`,
      typeof series === 'string' ? `series ${series}` : undefined,
      sample.pixelHash === undefined ? undefined : `pixels ${sample.pixelHash}`,
    ];
    for (const key of keys) {
      if (key === undefined) continue;
      const other = first.get(key);
      if (other === undefined) first.set(key, i);
      else parent[rootOf(i)] = rootOf(other);
    }
  }
  for (const [one, ...others] of together)
    for (const other of others) if (one !== undefined) parent[rootOf(other)] = rootOf(one);
  const groups = new Map<number, number[]>();
  for (const i of samples.keys()) {
    const root = rootOf(i);
    const group = groups.get(root);
    if (group) group.push(i);
    else groups.set(root, [i]);
  }
  return [...groups.values()];
}

/**
 * Divides groups into parts of the given shares so that each part has each label's share, as nearly as whole groups allow: the largest group
 * first, each to the part that lacks most of its labels.
 *
 * @returns the part of each sample.
 */
function divide(
  samples: readonly DatasetSample[],
  groups: readonly (readonly number[])[],
  shares: readonly number[],
  seed: number,
): Int32Array {
  const labels = [...new Set(samples.map(({ label }) => label))];
  const totals = labels.map((label) => samples.filter((sample) => sample.label === label).length);
  const filled = shares.map(() => labels.map(() => 0));
  const partOf = new Int32Array(samples.length);
  const order = new SeededRandom(seed).shuffled(groups).sort((a, b) => b.length - a.length);
  for (const group of order) {
    const counts = labels.map((label) => group.filter((i) => samples[i]!.label === label).length);
    let [best, bestCost] = [0, Infinity];
    for (const [part, share] of shares.entries()) {
      if (share <= 0) continue;
      // How full the part would be of the group's labels; a part of a larger share takes more.
      const cost = labels.reduce((sum, _, k) => {
        if (counts[k] === 0) return sum;
        const after = (filled[part]![k]! + counts[k]!) / (share * totals[k]!);
        return sum + counts[k]! * after;
      }, 0);
      if (cost < bestCost - 1e-12) [best, bestCost] = [part, cost];
    }
    for (const [k, count] of counts.entries()) filled[best]![k]! += count;
    for (const i of group) partOf[i] = best;
  }
  return partOf;
}

/**
 * Gives every sample a split by the shares, keeping patients, documents, series and copies whole and the label shares equal.
 *
 * @throws {RangeError} when the shares are negative or leave nothing for training.
 */
export function splitDataset(
  samples: readonly DatasetSample[],
  { val, test }: SplitShares,
  { seed, together = [] }: SplitOptions,
): DatasetSample[] {
  if (!(val >= 0 && test >= 0 && val + test < 1))
    throw new RangeError(
      `Expected shares val, test >= 0 with a sum below 1, got ${val} and ${test}`,
    );
  const parts = divide(samples, wholeGroups(samples, together), [1 - val - test, val, test], seed);
  const names = ['train', 'val', 'test'] as const;
  return samples.map((sample, i) => ({ ...sample, split: names[parts[i]!]! }));
}

/**
 * The folds of a cross-validation: in fold k, part k is for testing, the next for validation, the others for training.
 *
 * @throws {RangeError} for fewer than 3 folds, or more than there are groups.
 */
export function foldDataset(
  samples: readonly DatasetSample[],
  folds: number,
  { seed, together = [] }: SplitOptions,
): DatasetSample[][] {
  const groups = wholeGroups(samples, together);
  if (!(Number.isInteger(folds) && folds >= 3 && folds <= groups.length))
    throw new RangeError(
      `Expected at least 3 folds and at most one per patient or document (${groups.length}), got ${folds}`,
    );
  const parts = divide(
    samples,
    groups,
    Array.from({ length: folds }, () => 1 / folds),
    seed,
  );
  return Array.from({ length: folds }, (_, fold) =>
    samples.map((sample, i) => ({
      ...sample,
      split: parts[i] === fold ? 'test' : parts[i] === (fold + 1) % folds ? 'val' : 'train',
    })),
  );
}

/** Where {@link takeSubset} draws from: the training split, or all splits. */
export type SubsetFrom = 'train' | 'all';

/**
 * Keeps a fixed number of samples of some labels, drawn by the seed from the samples in the order of their paths. Everything else
 * stays whole: the other labels, and, unless `from` is `all`, validation and test, so that models of several subsets are measured on the same
 * pictures. The paper's COVID-CT-118 (arXiv 2003.13865, section 3: 118 random positive training pictures, the same negatives, validation
 * and test for all settings) is `{ covid: 118 }`; its authors do not name the pictures.
 *
 * @throws {CtError} `CT_BAD_REQUEST` when there are fewer samples of a label to draw from.
 */
export function takeSubset(
  samples: readonly DatasetSample[],
  counts: ReadonlyMap<string, number>,
  { seed, from = 'train' }: { readonly seed: number; readonly from?: SubsetFrom },
): DatasetSample[] {
  const kept = new Set(samples.keys());
  for (const [label, count] of counts) {
    const ofLabel = [...samples.keys()].filter((i) => samples[i]!.label === label);
    const own = ofLabel.filter((i) => from === 'all' || samples[i]!.split === 'train');
    if (own.length < count)
      throw new CtError('CT_BAD_REQUEST', tooFew(samples, label, count, ofLabel, own));
    own.sort((a, b) => {
      const [first, second] = [samples[a]!, samples[b]!];
      if (first.path !== second.path) return first.path < second.path ? -1 : 1;
      return (first.slice ?? 0) - (second.slice ?? 0);
    });
    for (const i of new SeededRandom(seed).shuffled(own).slice(count)) kept.delete(i);
  }
  return samples.filter((_, i) => kept.has(i));
}

function tooFew(
  samples: readonly DatasetSample[],
  label: string,
  count: number,
  ofLabel: readonly number[],
  own: readonly number[],
): string {
  const expected = `Expected at least ${count} samples of "${label}" to draw from`;
  if (own.length < ofLabel.length)
    return `${expected}, there are ${own.length} in the training split, ${ofLabel.length} in all splits`;
  if (ofLabel.length > 0) return `${expected}, there are ${ofLabel.length}`;
  const labels = [...new Set(samples.flatMap((sample) => sample.label ?? []))];
  return `${expected}, there are none${didYouMean(label, labels)}; labels: ${labels.join(', ')}`;
}
