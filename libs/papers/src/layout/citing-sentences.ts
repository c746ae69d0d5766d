import { joinLines } from './join-lines.js';
import type { Caption } from './find-captions.js';
import type { PageLayout } from './page-layout.js';

/** The running text of a document in drawing order, without captions. */
export function runningText(pages: readonly PageLayout[], captions: readonly Caption[]): string {
  const taken = new Set(captions.flatMap(({ lines }) => lines));
  return joinLines(
    pages.flatMap(({ lines }) =>
      [...lines]
        .sort((a, b) => a.order - b.order)
        .filter((line) => !taken.has(line))
        .map(({ text }) => text),
    ),
  );
}

/** A sentence that cites a figure, and the panels of it that it names. */
export interface CitingSentence {
  readonly text: string;
  /** Letters in upper case; empty if it names the figure as a whole. */
  readonly letters: readonly string[];
}

const mostSentences = 8;

/** The sentences that cite a figure: `Fig. 3`, `Figures 2 and 3A`, `(Fig. 3B)`. */
export function citingSentences(text: string, number: string): CitingSentence[] {
  if (number === '') return [];
  const escaped = number.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  // "S2" is cited as "Supplementary Figure 2" and "eFigure 2" too.
  const plain = /^S(\d+)$/.exec(number)?.[1];
  const names =
    plain === undefined ? [] : [`(?:supp\\w*\\.?\\s+|\\be)fig(?:ure|\\.)?s?\\.?\\s*${plain}`];
  const own = plain === undefined ? '(?<!\\b(?:supp\\w*\\.?|extended data)\\s{1,3})' : '';
  names.push(
    `${own}\\bfig(?:ure|\\.)?s?\\.?\\s*(?:\\d+[A-Za-z]?\\s*(?:,|and|&|–|-)\\s*)*${escaped}`,
  );
  const pattern = new RegExp(
    `(?:${names.join('|')})\\s?(?<letters>\\(?[A-Ha-h](?:\\s*[-–,]\\s*[A-Ha-h])*\\)?(?![a-z]))?(?![\\d])`,
    'giu',
  );
  const found: CitingSentence[] = [];
  const seen = new Set<string>();
  for (const match of text.matchAll(pattern)) {
    const start = sentenceStart(text, match.index);
    const end = sentenceEnd(text, match.index + match[0].length);
    const sentence = text.slice(start, end).trim();
    if (sentence.length > 900 || seen.has(sentence)) continue;
    seen.add(sentence);
    const letters = (match.groups?.letters ?? '').toUpperCase().match(/[A-H]/g) ?? [];
    found.push({ text: sentence, letters });
    if (found.length >= mostSentences) break;
  }
  return found;
}

/** A full stop that ends a sentence: not after "Fig.", "et al." or an initial. */
const stop =
  /(?<!\b(?:fig|figs|et al|e\.g|i\.e|vs|dr|no|ref|refs|eq|approx|resp|[A-Z]))[.!?]["”)]?\s+(?=["“(]?[\p{Lu}\d])/giu;

function sentenceStart(text: string, at: number): number {
  const from = Math.max(0, at - 700);
  let start = from;
  for (const match of text.slice(from, at + 1).matchAll(stop))
    start = from + match.index + match[0].length;
  return start;
}

function sentenceEnd(text: string, at: number): number {
  const rest = text.slice(at, at + 700);
  stop.lastIndex = 0;
  const match = stop.exec(rest);
  stop.lastIndex = 0;
  return match ? at + match.index + 1 : at + rest.length;
}
