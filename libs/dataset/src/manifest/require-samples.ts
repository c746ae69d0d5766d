import { CtError } from '@groundglass/core';
import type { Dataset } from './dataset.js';

/**
 * Refuses a dataset without any sample, which would silently pass every check. One with problems instead of samples may pass: they
 * are reported.
 *
 * @throws {CtError} `CT_BAD_DATASET`.
 */
export function requireSamples({
  manifest,
  samples,
  problems,
}: Pick<Dataset, 'manifest' | 'samples' | 'problems'>): void {
  if (samples.length > 0 || problems.length > 0) return;
  throw new CtError('CT_BAD_DATASET', `Expected samples in "${manifest.name}", found none`);
}
