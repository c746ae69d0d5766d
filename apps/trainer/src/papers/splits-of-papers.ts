import type { DatasetSample } from '@groundglass/core';
import { assignSplit } from '@groundglass/dataset';

type Split = DatasetSample['split'];

/** Slices that stay together: those of a figure, of a paper, or of papers that show a picture in common. */
export interface PaperGroup {
  readonly name: string;
  /** Slices of each label. */
  readonly positive: number;
  readonly negative: number;
}

/**
 * The split of each group by its name, so that it stays where it is when papers are added. Where few groups leave validation without
 * one of the labels, the smallest group that brings it and leaves both to training validates. Where there is none, the largest
 * group trains, and validation stays as it is.
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
  const moves = bySize.flatMap((validating) =>
    [undefined, ...bySize.toReversed()].map((training) => ({ validating, training })),
  );
  if (isComplete(splits, 'train') && isComplete(splits, 'val')) return splits;
  for (const { validating, training } of moves) {
    if (training === validating) continue;
    const tried = new Map(splits).set(validating.name, 'val');
    if (training) tried.set(training.name, 'train');
    if (isComplete(tried, 'train') && isComplete(tried, 'val')) return tried;
  }
  const largest = bySize.at(-1);
  return largest ? new Map(splits).set(largest.name, 'train') : splits;
}
