import type { KnownFile } from './scored-samples.js';

/** Whether an answer differs from the known label; null if either is missing. */
export function differs({
  sample,
  result,
  header,
  positive,
}: Omit<KnownFile, 'findings' | 'whereabouts'>): boolean | null {
  if (!sample?.label || !result?.label || !header) return null;
  return (sample.label === positive) !== (result.label === header.positive);
}
