/**
 * Joins lines to running text. Removes a hyphen at a line's end if the next line continues in lower case, except after a
 * part that keeps its hyphen (`COVID-`, `follow-`): PDF does not mark which hyphens are the word's own.
 */
export function joinLines(lines: readonly string[]): string {
  const pieces: string[] = [];
  // Line by line: searching the end of the growing text would scan all of it.
  let last: string | undefined;
  for (const line of lines) {
    const next = line.trim();
    if (next === '') continue;
    const broken = last === undefined ? undefined : /([\p{L}\p{N}]+)[-\u00AD\u2010]$/u.exec(last);
    if (last !== undefined && broken) {
      pieces[pieces.length - 1] = last.slice(0, -1) + (keepsHyphen(broken[1]!, next) ? '-' : '');
    } else if (last !== undefined) {
      pieces.push(' ');
    }
    pieces.push(next);
    last = next;
  }
  return pieces.join('').replaceAll('\u00AD', '-').replace(/\s+/g, ' ').trim();
}

/** First parts of compounds that are written with a hyphen. */
const compounds =
  /^(covid|sars|cov|mers|ct|pcr|rt|rrt|x|non|self|follow|well|high|low|post|pre|anti|multi|semi|half|cross|long|short|two|three|four|one|year|day|ground|contrast|thin|chest|peri|follow|fine|coarse|state|end|real|time|left|right|upper|lower)$/iu;

function keepsHyphen(before: string, after: string): boolean {
  if (/^[\p{N}\p{Lu}]/u.test(after)) return true;
  return compounds.test(before) || /\p{N}$/u.test(before);
}
