import { CtError, defaultLabels } from '@groundglass/core';
import { didYouMean, nearestWord } from '../text/did-you-mean.js';

/** Words of COVID datasets for the two default labels. */
const spellings: Readonly<Record<(typeof defaultLabels)[number], readonly string[]>> = {
  covid: [
    'covid',
    'covid19',
    'covid-19',
    'ct-covid',
    'positive',
    'pos',
    '1',
    'sars-cov-2',
    'yes',
    'true',
  ],
  'non-covid': [
    'non-covid',
    'noncovid',
    'ct-noncovid',
    'ct-non-covid',
    'non-covid-19',
    'noncovid-19',
    'noncovid19',
    'non-covid19',
    'no-covid',
    'negative',
    'neg',
    'normal',
    'healthy',
    '0',
    'no',
    'false',
  ],
};
const unknownWords = new Set([
  '',
  'unknown',
  'unsure',
  'n/a',
  'na',
  'nan',
  'none',
  'null',
  '?',
  '-',
]);

/** Maps the words of a dataset to the labels of its manifest. */
export class LabelWords {
  readonly labels: readonly string[];
  readonly positive: string;
  readonly #byWord = new Map<string, string>();

  /** @throws {CtError} `CT_BAD_REQUEST` when `positive` or a label of the map is none of the labels. */
  constructor({
    labels,
    positive,
    labelMap,
  }: {
    readonly labels?: readonly string[] | undefined;
    readonly positive?: string | undefined;
    readonly labelMap?: ReadonlyMap<string, string> | undefined;
  } = {}) {
    this.labels = labels ?? defaultLabels;
    this.positive = positive ?? this.labels.at(-1) ?? '';
    for (const label of [this.positive, ...(labelMap?.values() ?? [])]) {
      if (!this.labels.includes(label))
        throw new CtError(
          'CT_BAD_REQUEST',
          `Expected one of the labels ${this.labels.join(', ')}, got "${label}"${didYouMean(label, this.labels)}`,
        );
    }
    for (const label of defaultLabels) {
      if (!this.labels.includes(label)) continue;
      for (const word of spellings[label]) this.#byWord.set(fold(word), label);
    }
    for (const label of this.labels) this.#byWord.set(fold(label), label);
    for (const [word, label] of labelMap ?? []) this.#byWord.set(fold(word), label);
  }

  /** The label that a word stands for, null for a word that means unknown, or a message with what was expected. */
  resolve(word: string | null | undefined): { label: string | null } | { problem: string } {
    if (word === null || word === undefined || unknownWords.has(word.trim().toLowerCase()))
      return { label: null };
    const label = this.#byWord.get(fold(word));
    if (label !== undefined) return { label };
    return {
      problem: `label: Expected one of ${this.labels.join(', ')}, got "${word}"${didYouMean(word, this.labels)}; map it with --label-map "${word}=${nearestWord(word, this.labels) ?? 'LABEL'}" or name all labels with --labels`,
    };
  }

  /** Whether a word is known. */
  knows(word: string): boolean {
    return this.#byWord.has(fold(word));
  }
}

function fold(word: string): string {
  return word
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
}
