import type { ResultRow } from '@groundglass/core';

const columns = [
  'path',
  'sha256',
  'label',
  'withheld',
  'probability',
  'lesionFraction',
  'errorCode',
  'error',
];

/** Results as CSV (RFC 4180) for a spreadsheet; unknown values are empty cells. */
export function resultsCsv(rows: readonly ResultRow[]): string {
  const lines = rows.map(({ path, sha256, label, withheld, probability, lesionFraction, error }) =>
    [
      path,
      sha256,
      label,
      withheld.join(' '),
      probability,
      lesionFraction,
      error?.code,
      error?.message,
    ]
      .map(cell)
      .join(','),
  );
  return [columns.join(','), ...lines].map((line) => `${line}\r\n`).join('');
}

function cell(value: string | number | null | undefined): string {
  if (typeof value !== 'string') return value === undefined || value === null ? '' : String(value);
  // A spreadsheet would run a file name that looks like a formula.
  const text = /^[=+\-@\t]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
