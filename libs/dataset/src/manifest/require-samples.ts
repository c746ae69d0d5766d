import { CtError } from '@groundglass/core';
import type { Dataset } from './dataset.js';

/**
 * Refuses a dataset without any sample, which would pass every check in silence. One that has problems in place of samples may pass: they
 * are what there is to say of it.
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
