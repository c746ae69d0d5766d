import { CtError } from '@groundglass/core';
import type { TargetSample } from '../manifest/targets.js';

/**
 * Refuses samples whose counted labels are of one class, before anything is trained or scored: nothing can be learnt from them, and
 * AUC would be undefined.
 *
 * @param uncounted sources whose labels do not count.
 * @param advice what to do, at the end of the error.
 * @throws {CtError} `CT_BAD_DATASET` with the labels and sources that there are.
 */
export function requireBothClasses(
  name: string,
  samples: readonly TargetSample[],
  uncounted: readonly string[] = [],
  advice?: string,
): void {
  const counted = samples.filter(({ source }) => !uncounted.includes(source));
  if (new Set(counted.map(({ target }) => target)).size === 2) return;
  const counts = new Map<string, number>();
  for (const { source, label } of samples) {
    const key = `${label} from ${source}${uncounted.includes(source) ? ' (not counted: segmentation only)' : ''}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const found = [...counts].map(([key, count]) => `${count} ${key}`).join(', ') || 'none';
  throw new CtError(
    'CT_BAD_DATASET',
    `Expected ${name} samples with and without the positive label, found: ${found}${advice === undefined ? '' : `. ${advice}`}`,
  );
}
