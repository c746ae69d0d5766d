import type { DatasetSample, ResultRow, ResultsHeader } from '@groundglass/core';
import { expect, test } from 'vitest';
import { badgeOf } from './badge-of.js';

const header = { positive: 'covid' } as ResultsHeader;
const sample = (label: string | null): DatasetSample => ({
  ...{ path: 'a.png', label, split: 'test', patient: 'p', source: 's' },
});
const result = (label: string | null, more: Partial<ResultRow> = {}): ResultRow => ({
  ...{ path: 'a.png', sha256: null, label, withheld: [], probability: 0.5, lesionFraction: null },
  ...more,
});

test.each([
  ['a label alone is its first letters', 'covid', undefined, 'CO'],
  ['a label of two words is an initial of each', 'non-covid', undefined, 'NC'],
  ['an answer like the label is a tick', 'covid', result('covid'), 'C✓'],
  ['a negative answer agrees with every negative label', 'pneumonia', result('normal'), 'P✓'],
  ['another answer is an exclamation mark', 'covid', result('normal'), '!'],
  ['a withheld answer is a question mark', 'covid', result(null), 'C?'],
  [
    'a picture that could not be scored has no answer',
    'covid',
    result(null, { error: { code: 'CT_CORRUPT', message: 'm' } }),
    'C?',
  ],
  ['an answer without a label is an arrow', null, result('covid'), '→C'],
  ['nothing known is no badge', null, undefined, undefined],
] as const)('%s', (_, label, answer, badge) => {
  const known = { sample: sample(label), result: answer, header, positive: 'covid' };
  expect(badgeOf(known)).toBe(badge);
});
