import { terminators, terms, triggers } from './label-rules.js';

/** A condition that a text names, and what the text claims about it. */
export interface Mention {
  /** `topic`: the text is about the disease, and says nothing about a patient. */
  readonly says: 'positive' | 'negative' | 'unsure' | 'topic';
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The term's rule, and the trigger's if one changed it. */
  readonly rule: string;
}

/** Finds the conditions that a text names. Triggers change the claim; a longer term hides a shorter one inside it. */
export function findMentions(text: string): Mention[] {
  const found: Mention[] = [];
  for (const term of terms) {
    for (const match of text.matchAll(term.pattern)) {
      const [start, end] = [match.index, match.index + match[0].length];
      if (found.some((other) => start < other.end && end > other.start)) continue;
      const mention = triggered(text, {
        says: term.says,
        start,
        end,
        text: match[0],
        rule: term.rule,
      });
      if (mention) found.push(mention);
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

function triggered(text: string, mention: Mention): Mention | undefined {
  const before = lastClause(text.slice(Math.max(0, mention.start - 90), mention.start));
  const after = firstClause(text.slice(mention.end, mention.end + 70));
  for (const trigger of triggers) {
    const near = trigger.side === 'before' ? before : after;
    const cut = reached(near, trigger.side, trigger.reach, trigger.pattern);
    if (!cut) continue;
    const rule = `${mention.rule}+${trigger.rule}`;
    if (trigger.effect === 'ignores') {
      return mention.says === 'positive' ? { ...mention, says: 'topic', rule } : undefined;
    }
    if (trigger.effect === 'doubts') return { ...mention, says: 'unsure', rule };
    // "no pneumonia" is a separate term: a negated disease says nothing about this one.
    if (mention.says === 'negative') return undefined;
    return { ...mention, says: 'negative', rule };
  }
  return mention;
}

/** Whether the trigger is within so many words of the term. */
function reached(near: string, side: 'before' | 'after', reach: number, pattern: RegExp): boolean {
  const words = near.split(/(?<=\s)/);
  for (let skipped = 0; skipped <= Math.min(reach, words.length); skipped++) {
    const rest =
      side === 'before'
        ? words.slice(0, words.length - skipped).join('')
        : words.slice(skipped).join('');
    if (rest !== '' && pattern.test(rest)) return true;
  }
  return false;
}

function lastClause(text: string): string {
  const parts = text.split(terminators);
  return parts.at(-1) ?? '';
}

function firstClause(text: string): string {
  return text.split(terminators)[0] ?? '';
}
