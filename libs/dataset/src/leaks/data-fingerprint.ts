import type { DatasetSample } from '@groundglass/core';
import { sha256Hex } from '../facts/pixel-hash.js';
import { sampleKey } from '../results/results-file.js';

/**
 * SHA-256 of a run's training data: each sample's file or path, label, split and mask, in any order. If a resumed run has another one,
 * its data has changed.
 */
export async function dataFingerprint(samples: readonly DatasetSample[]): Promise<string> {
  const rows = samples
    .map(({ label, split, mask, pixelHash, sha256, path, slice }) =>
      JSON.stringify([
        pixelHash ?? sha256 ?? sampleKey({ path, slice }),
        label,
        split,
        mask !== undefined,
      ]),
    )
    .sort();
  return sha256Hex(new TextEncoder().encode(rows.join('\n')));
}
