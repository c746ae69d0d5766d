import type { DatasetSample } from '@groundglass/core';

/** The samples as a table that `dataset import csv` reads back; `meta` becomes columns. */
export function samplesCsv(samples: readonly DatasetSample[]): string {
  const fixed = [
    'path',
    'slice',
    'label',
    'split',
    'patient',
    'source',
    'document',
    'mask',
  ] as const;
  const metaKeys = [...new Set(samples.flatMap(({ meta }) => Object.keys(meta ?? {})))];
  const cell = (value: string | number | boolean | null | undefined) => {
    const text = value === undefined || value === null ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const rows = samples.map((sample) =>
    [...fixed.map((key) => sample[key]), ...metaKeys.map((key) => sample.meta?.[key])]
      .map(cell)
      .join(','),
  );
  return [[...fixed, ...metaKeys].map(cell).join(','), ...rows].map((row) => `${row}\n`).join('');
}
