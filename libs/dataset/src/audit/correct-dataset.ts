import type { DatasetSample, Finding } from '@groundglass/core';
import type { Dataset } from '../manifest/dataset.js';

/** A sample that a correction removes, and why. */
export interface Removed {
  readonly path: string;
  readonly line: number;
  readonly reason: string;
}

const unusable = new Set([
  'missing-file',
  'missing-slice',
  'broken-file',
  'unusable-picture',
  'not-axial',
  'not-ct',
  'wrong-mask',
]);
const crossing = new Set([
  'patient-crosses-splits',
  'document-crosses-splits',
  'series-crosses-splits',
  'exact-duplicate',
  'near-duplicate',
  'similar-pictures',
  'adjacent-slices',
]);
/** Splits that keep samples they share with others: a published test split stays as it is. */
const precedence: readonly DatasetSample['split'][] = ['test', 'val', 'train'];

/**
 * The samples without those in findings. Removes unusable files; of what crosses splits, all that is not in the test
 * split (or, without one, not in validation); of one picture under two labels, what is not in the test split, or all if both are in
 * one split; of a picture twice in a split, the later. Nothing is moved to another split.
 */
export function correctDataset(
  { samples, lines }: Dataset,
  findings: readonly Finding[],
): { samples: DatasetSample[]; removed: Removed[] } {
  const indexOf = new Map(lines.map((line, i) => [line, i]));
  const reasons = new Map<number, string>();
  const remove = (index: number, { rule }: Finding) => {
    if (!reasons.has(index)) reasons.set(index, rule);
  };
  for (const finding of findings) {
    const indices = finding.samples.flatMap(({ line }) =>
      line === null ? [] : (indexOf.get(line) ?? []),
    );
    const left = indices.filter((i) => !reasons.has(i));
    if (unusable.has(finding.rule)) for (const i of left) remove(i, finding);
    else if (finding.rule === 'label-conflict' || crossing.has(finding.rule)) {
      const kept = precedence.find((split) => left.some((i) => samples[i]!.split === split));
      const others = left.filter((i) => samples[i]!.split !== kept);
      for (const i of others) remove(i, finding);
      // Of two possibly identical pictures in one split, remove neither.
      if (others.length > 0 || left.length < 2 || finding.rule === 'similar-pictures') continue;
      // All in one split: nothing says which label is right; of copies, the first is enough.
      for (const i of finding.rule === 'label-conflict' ? left : left.slice(1)) remove(i, finding);
    }
  }
  return {
    samples: samples.filter((_, i) => !reasons.has(i)),
    removed: [...reasons].map(([i, reason]) => ({
      path: samples[i]!.path,
      line: lines[i]!,
      reason,
    })),
  };
}
