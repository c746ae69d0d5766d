import type { Warning } from './warning-codes.js';

/** The warnings of several sources in order, without repeats: equal means the same code, file and detail. */
export function mergeWarnings(...lists: readonly (readonly Warning[])[]): Warning[] {
  const merged = new Map<string, Warning>();
  for (const warning of lists.flat()) {
    const key = JSON.stringify([warning.code, warning.file ?? null, warning.detail ?? null]);
    if (!merged.has(key)) merged.set(key, warning);
  }
  return [...merged.values()];
}
