import { isAnswer, outcomeOf } from './outcomes.js';
import { numberAt, wordAt } from './packed-rows.js';
import type { RowStore } from './row-store.js';

const header = [
  'path',
  'slice',
  'label',
  'split',
  'patient',
  'source',
  'document',
  'format',
  'answer',
  'withheld',
  'probability',
  'lesion_fraction',
  'dice',
  'error',
  'findings',
];
/** Of the compared results. */
const secondHeader = ['second_answer', 'second_withheld', 'second_probability'];

/** Rows as CSV (RFC 4180), in displayed order; unknown values are empty. */
export function rowsToCsv(store: RowStore, order: Uint32Array, threshold: number | null): string {
  const { rows } = store;
  const outcomes = store.outcomes(threshold);
  const { second } = rows;
  const secondOutcomes = store.secondOutcomes();
  const names = second ? [...header, ...secondHeader] : header;
  const lines = Array.from(order, (row) => {
    const outcome = outcomeOf(outcomes, row);
    return [
      rows.path[row]!,
      rows.slice[row]! < 0 ? null : rows.slice[row]!,
      ...[rows.label, rows.split, rows.patient, rows.source, rows.document, rows.format].map(
        (column) => wordAt(column, row),
      ),
      isAnswer(outcome) ? outcome : null,
      wordAt(rows.result.withheld, row),
      ...[rows.result.probability, rows.result.lesionFraction, rows.result.dice].map((column) =>
        numberAt(column, row),
      ),
      wordAt(rows.result.error, row),
      wordAt(rows.findings, row),
      ...(second && secondOutcomes
        ? [
            isAnswer(outcomeOf(secondOutcomes, row)) ? outcomeOf(secondOutcomes, row) : null,
            wordAt(second.withheld, row),
            numberAt(second.probability, row),
          ]
        : []),
    ]
      .map(cell)
      .join(',');
  });
  return `${[names.join(','), ...lines].join('\r\n')}\r\n`;
}

function cell(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  // Spreadsheets take a text that starts with one of these for a formula.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
