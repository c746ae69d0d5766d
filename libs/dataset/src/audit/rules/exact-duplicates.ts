import type { Finding } from '@groundglass/core';
import { shownSlice } from '../../reading/shown-slice.js';
import type { AuditContext } from '../audit-context.js';

/** The same pixels in more than one sample, in whatever file. */
export function exactDuplicates(context: AuditContext): Finding[] {
  const groups = context.groups(({ pixelHash, slice }, i) => {
    const facts = context.facts(i);
    return facts?.slices[shownSlice(slice, facts.sliceCount)]?.pixelHash ?? pixelHash;
  });
  return [...groups.values()].flatMap((indices) => {
    if (indices.length < 2) return [];
    const labels = context.values(indices, 'label').filter((label) => label !== null);
    const splits = context.values(indices, 'split');
    const names = indices.map((i) => context.name(i)).join(', ');
    const files = new Set(indices.map((i) => context.facts(i)?.sha256)).size;
    const evidence = { sameFile: files === 1, splits, labels };
    if (labels.length > 1)
      return [
        context.finding(
          'label-conflict',
          'error',
          `One picture has the labels ${labels.join(' and ')}: ${names}`,
          indices,
          evidence,
        ),
      ];
    return [
      context.finding(
        'exact-duplicate',
        splits.length > 1 ? 'error' : 'warning',
        `The same picture appears ${indices.length} times${splits.length > 1 ? `, in ${splits.join(' and ')}` : ''}: ${names}`,
        indices,
        evidence,
      ),
    ];
  });
}
