import { CtError, type DatasetSample } from '@groundglass/core';

/**
 * Refuses samples that are whole volumes where slices are required: otherwise one slice would silently count for the volume.
 *
 * @throws {CtError} `CT_BAD_DATASET`.
 */
export function requireSlices(samples: readonly DatasetSample[]): void {
  const whole = samples.filter(
    ({ slice, meta }) => slice === undefined && typeof meta?.slices === 'number' && meta.slices > 1,
  );
  const [first] = whole;
  if (!first) return;
  throw new CtError(
    'CT_BAD_DATASET',
    `Expected samples of one slice each, "${first.path}" is a whole volume of ${String(first.meta!.slices)} slices${whole.length > 1 ? `, and so are ${whole.length - 1} others` : ''}. Import again with --volumes slices`,
  );
}
