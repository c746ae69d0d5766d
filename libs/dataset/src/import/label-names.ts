import type { Label } from '@groundglass/core';

const spellings: Record<Label, readonly string[]> = {
  covid: ['covid', 'covid19', 'covid-19', 'ct_covid', 'positive', 'pos', '1', 'sars-cov-2'],
  'non-covid': [
    'non-covid',
    'noncovid',
    'non_covid',
    'ct_noncovid',
    'non-covid-19',
    'negative',
    'neg',
    'normal',
    '0',
  ],
};

/** The label that a folder's or a table's word stands for, upper and lower case alike, or undefined. */
export function labelFromName(name: string): Label | undefined {
  const word = name.trim().toLowerCase();
  if (spellings.covid.includes(word)) return 'covid';
  if (spellings['non-covid'].includes(word)) return 'non-covid';
  return undefined;
}
