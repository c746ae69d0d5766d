import type { DatasetSample } from '@groundglass/core';

/** Shares of patients for validation and test; the rest is for training. */
export interface SplitShares {
  readonly val: number;
  readonly test: number;
}

/** For datasets that publish no split. */
export const defaultShares: SplitShares = { val: 0.15, test: 0.15 };

/**
 * Gives a patient a split by a hash of its id, so that a patient is never split, adding files moves no patient, and two
 * machines agree. FNV-1a (32 bit) with a final mix, since the plain hash is uneven for ids that differ in one digit.
 *
 * @throws {RangeError} when the shares are negative or leave nothing for training.
 */
export function assignSplit(
  patient: string,
  { val, test }: SplitShares = defaultShares,
): DatasetSample['split'] {
  if (!(val >= 0 && test >= 0 && val + test < 1)) {
    throw new RangeError(
      `Expected shares val, test >= 0 with a sum below 1, got ${val} and ${test}`,
    );
  }
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(patient)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  const unit = ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
  return unit < test ? 'test' : unit < test + val ? 'val' : 'train';
}
