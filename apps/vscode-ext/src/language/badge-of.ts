import { differs } from './differs.js';
import type { KnownFile } from './scored-samples.js';

/**
 * Two characters, VS Code's limit. A label alone is its first letters (`CO`), one that the model agrees with has a tick (`C✓`),
 * one without an answer a question mark (`C?`), one that the model disagrees with `!`, and an answer without a label has an
 * arrow (`→C`).
 *
 * @returns undefined if neither label nor answer is known.
 */
export function badgeOf(known: Omit<KnownFile, 'findings' | 'whereabouts'>): string | undefined {
  const { sample, result } = known;
  const label = sample?.label ?? null;
  if (differs(known)) return '!';
  if (label === null) return result?.label ? `→${initial(result.label)}` : undefined;
  if (!result) return letters(label);
  return `${initial(label)}${result.label === null || result.error ? '?' : '✓'}`;
}

/** Two letters of a label: the first of its first two words, else the first two. */
function letters(label: string): string {
  const words = wordsOf(label);
  const both = words.length > 1 ? `${words[0]![0]!}${words[1]![0]!}` : label.slice(0, 2);
  return both.toUpperCase();
}

function initial(label: string): string {
  return (wordsOf(label)[0] ?? label).slice(0, 1).toUpperCase();
}

function wordsOf(label: string): string[] {
  return label.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}
