/**
 * ` (did you mean "x"?)` with the candidate that differs least, or an empty string if none is close: other case, other Unicode form,
 * another separator, another extension, or a typo or two.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const found = nearestWord(word, candidates);
  return found === undefined ? '' : ` (did you mean "${found}"?)`;
}

/** The candidate that {@link didYouMean} proposes. */
export function nearestWord(word: string, candidates: Iterable<string>): string | undefined {
  const plain = fold(word);
  const limit = Math.max(1, Math.min(2, Math.floor(plain.length / 4)));
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    if (candidate === word) continue;
    const other = fold(candidate);
    // Names of different lengths cannot be closer than the difference.
    if (Math.abs(other.length - plain.length) > limit) continue;
    const distance = other === plain ? 0 : editDistance(plain, other, limit);
    if (distance <= limit && distance < (best?.distance ?? Infinity))
      best = { candidate, distance };
    if (best?.distance === 0) break;
  }
  return best?.candidate;
}

/** A normal form for names that people take for the same. */
function fold(word: string): string {
  return word
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\.(png|jpe?g|dcm|nii(\.gz)?|mh[ad])$/, '')
    .replace(/[\s_\-–—]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** Levenshtein's distance, with a swap of two neighbours counted as one change; `limit + 1` if it is larger than the limit. */
function editDistance(a: string, b: string, limit: number): number {
  let beforeThat: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? beforeThat[j - 2]! + 1 : Infinity;
      row.push(Math.min(replaced, swapped, previous[j]! + 1, row[j - 1]! + 1));
    }
    // A swap goes back two rows.
    if (Math.min(...row, ...previous) > limit) return limit + 1;
    [beforeThat, previous] = [previous, row];
  }
  return previous[b.length]!;
}
