import type { DatasetSample } from '@groundglass/core';

const words: Readonly<Record<string, DatasetSample['split']>> = {
  train: 'train',
  training: 'train',
  tr: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  dev: 'val',
  test: 'test',
  testing: 'test',
  ts: 'test',
  eval: 'test',
};

/** The split that a folder's or a table's word stands for, or undefined. */
export function splitFromWord(word: string): DatasetSample['split'] | undefined {
  return Object.hasOwn(words, word.trim().toLowerCase())
    ? words[word.trim().toLowerCase()]
    : undefined;
}
