import type { Dataset } from '@groundglass/dataset';

/** Names of a model's two classes, in the order of its logits. */
export type ClassNames = readonly [negative: string, positive: string];

/**
 * Class names of a model trained on these datasets: the positive label of the first, and its other label, or
 * `non-<positive>` if it has several.
 *
 * @param onNote called with a line if another dataset has another positive label.
 */
export function classNames(
  datasets: readonly Pick<Dataset, 'manifest'>[],
  onNote: (line: string) => void,
): ClassNames {
  const { labels, positive } = datasets[0]!.manifest;
  const others = labels.filter((label) => label !== positive);
  const names: ClassNames = [others.length === 1 ? others[0]! : `non-${positive}`, positive];
  const all = new Set(datasets.map(({ manifest }) => manifest.positive));
  if (all.size > 1)
    onNote(
      `Warning: the datasets have different positive labels (${[...all].join(', ')}). The model answers "${positive}" for all of them.`,
    );
  return names;
}
