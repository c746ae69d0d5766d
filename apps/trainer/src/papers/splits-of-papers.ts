import type { DatasetSample } from '@groundglass/core';
import { assignSplit } from '@groundglass/dataset';

type Split = DatasetSample['split'];

/** Slices that stay together: those of a figure, of a paper, or of papers with a common picture. */
export interface PaperGroup {
  readonly name: string;
  /** Slices of each label. */
  readonly positive: number;
  readonly negative: number;
}

/** Maximum groups of each label tried as a pair for validation. */
const mostTried = 12;

/**
 * The split of each group by its name, so that it is stable when papers are added. If few groups leave validation without
 * one of the labels, the smallest group that adds it, or one of each label, validates, as long as training keeps both. If there is none, the largest
 * group trains, and validation stays unchanged.
 */
export function splitsOfPapers(groups: readonly PaperGroup[]): ReadonlyMap<string, Split> {
  const splits = new Map<string, Split>(groups.map(({ name }) => [name, assignSplit(name)]));
  const size = ({ positive, negative }: PaperGroup): number => positive + negative;
  const bySize = groups
    .filter((group) => size(group) > 0)
    .sort((a, b) => size(a) - size(b) || (a.name < b.name ? -1 : 1));
  const isComplete = (of: ReadonlyMap<string, Split>, split: Split): boolean => {
    const own = bySize.filter(({ name }) => of.get(name) === split);
    return own.some(({ positive }) => positive > 0) && own.some(({ negative }) => negative > 0);
  };
  if (isComplete(splits, 'train') && isComplete(splits, 'val')) return splits;
  const brings = (label: 'positive' | 'negative'): PaperGroup[] =>
    bySize.filter((group) => group[label] > 0).slice(0, mostTried);
  // One group with both labels, else one of each.
  const validating = [
    ...bySize.map((group) => [group]),
    ...brings('positive').flatMap((p) => brings('negative').map((n) => [p, n])),
  ];
  for (const chosen of validating) {
    for (const training of [undefined, ...bySize.toReversed()]) {
      if (training && chosen.includes(training)) continue;
      const tried = new Map(splits);
      for (const { name } of chosen) tried.set(name, 'val');
      if (training) tried.set(training.name, 'train');
      if (isComplete(tried, 'train') && isComplete(tried, 'val')) return tried;
    }
  }
  const largest = bySize.at(-1);
  return largest ? new Map(splits).set(largest.name, 'train') : splits;
}
