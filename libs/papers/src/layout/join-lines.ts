/**
 * Joins lines to running text. A hyphen at a line's end is taken out where the next line goes on in lower case, except after a
 * part that keeps its hyphen (`COVID-`, `follow-`): PDF says nothing about which hyphens are the word's own.
 */
export function joinLines(lines: readonly string[]): string {
  let text = '';
  for (const line of lines) {
    const next = line.trim();
    if (next === '') continue;
    if (text === '') {
      text = next;
      continue;
    }
    const broken = /([\p{L}\p{N}]+)[-\u00AD\u2010]$/u.exec(text);
    if (broken) {
      text = text.slice(0, -1) + (keepsHyphen(broken[1]!, next) ? '-' : '') + next;
    } else {
      text += ` ${next}`;
    }
  }
  return text.replaceAll('\u00AD', '-').replace(/\s+/g, ' ').trim();
}

/** First parts of compounds that are written with a hyphen. */
const compounds =
  /^(covid|sars|cov|mers|ct|pcr|rt|rrt|x|non|self|follow|well|high|low|post|pre|anti|multi|semi|half|cross|long|short|two|three|four|one|year|day|ground|contrast|thin|chest|peri|follow|fine|coarse|state|end|real|time|left|right|upper|lower)$/iu;

function keepsHyphen(before: string, after: string): boolean {
  if (/^[\p{N}\p{Lu}]/u.test(after)) return true;
  return compounds.test(before) || /\p{N}$/u.test(before);
}
