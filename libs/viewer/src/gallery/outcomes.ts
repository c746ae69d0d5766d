import { failed, notScored, wordAt, type PackedResults } from './packed-rows.js';

/** The fields of a results file's model that its answers need. */
export interface ResultsModel {
  /** Labels that the model gives. */
  readonly labels: readonly string[];
  /** The label that `probability` refers to. */
  readonly positive: string;
  /** A label is positive from this probability on; null if the model has no threshold of its own. */
  readonly threshold: number | null;
}

/** A row's outcome: one of the model's labels, or that there is none. */
export const noAnswer = '\u0000no-answer';
export const failure = '\u0000failed';
export const unscored = '\u0000not-scored';

/** One outcome per row: `words[codes[row]]`. */
export interface Outcomes {
  readonly words: readonly string[];
  readonly codes: Uint8Array;
}

/**
 * The outcome of each row at a threshold. Withheld answers stay withheld at every threshold.
 *
 * @param threshold null for the labels as in the results file.
 */
export function outcomesAt(
  results: PackedResults,
  { labels, positive }: ResultsModel,
  threshold: number | null,
): Outcomes {
  // A label missing from the header is an answer all the same.
  const words = [...new Set([...labels, positive, ...results.label.words])];
  const ofLabel = results.label.words.map((word) => words.indexOf(word));
  const yes = words.indexOf(positive);
  const no = words.findIndex((word) => word !== positive);
  const none = words.push(noAnswer) - 1;
  const bad = words.push(failure) - 1;
  const missing = words.push(unscored) - 1;
  const codes = new Uint8Array(results.state.length);
  for (let row = 0; row < codes.length; row++) {
    const state = results.state[row];
    if (state === notScored) codes[row] = missing;
    else if (state === failed) codes[row] = bad;
    else {
      const label = results.label.codes[row]!;
      const probability = results.probability[row]!;
      if (label < 0) codes[row] = none;
      else if (threshold === null || Number.isNaN(probability)) codes[row] = ofLabel[label]!;
      else if (probability >= threshold) codes[row] = yes;
      // The model's other answer; if there are several, the one that it gave.
      else codes[row] = ofLabel[label] === yes ? (no < 0 ? none : no) : ofLabel[label]!;
    }
  }
  return { words, codes };
}

/** The outcome of one row. */
export function outcomeOf({ words, codes }: Outcomes, row: number): string {
  return words[codes[row]!]!;
}

/** Whether an outcome is one of the model's labels. */
export function isAnswer(outcome: string): boolean {
  return !outcome.startsWith('\u0000');
}

/** Why a row has no answer: codes of the withheld reasons, or the error. */
export function reasonOf(results: PackedResults, row: number): string | null {
  return wordAt(results.error, row) ?? wordAt(results.withheld, row);
}
