/**
 * A text filter: every word must be found in the text, in any order; a word may also match with
 * other letters in between, within a span of at most twice its length plus two.
 *
 * @returns a predicate for texts in lower case.
 */
export function fuzzyMatcher(query: string): (text: string) => boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return (text) => words.every((word) => text.includes(word) || isScattered(word, text));
}

function isScattered(word: string, text: string): boolean {
  if (word.length < 2) return false;
  const most = word.length * 2 + 2;
  for (let start = text.indexOf(word[0]!); start >= 0; start = text.indexOf(word[0]!, start + 1)) {
    let found = 1;
    const end = Math.min(text.length, start + most);
    for (let at = start + 1; at < end && found < word.length; at++) {
      if (text.charCodeAt(at) === word.charCodeAt(found)) found++;
    }
    if (found === word.length) return true;
  }
  return false;
}
