import type { DataSet } from 'dicom-parser';

/**
 * The values of a text attribute, separated by backslashes. dicom-parser's own access by index throws when there are fewer
 * values than asked for.
 */
export function textValues(dataSet: DataSet, tag: string): string[] {
  const text = dataSet.string(tag);
  return text === undefined ? [] : text.split('\\').map((value) => value.trim());
}

/** The first value of a text attribute, or null if it is missing or blank. */
export function firstText(dataSet: DataSet, tag: string): string | null {
  const value = textValues(dataSet, tag)[0];
  return value === undefined || value === '' ? null : value;
}

/** A number with a decimal comma instead of the standard's point, as writers with a European locale write it. */
const decimalComma = /^[+-]?\d*,\d+(e[+-]?\d+)?$/i;

/**
 * The values of a Decimal or Integer String attribute; NaN for one that is not a number. A decimal comma is read as a point.
 */
export function numberValues(dataSet: DataSet, tag: string): number[] {
  return textValues(dataSet, tag).map((value) =>
    value === '' ? NaN : Number(decimalComma.test(value) ? value.replace(',', '.') : value),
  );
}

/** The first value of a Decimal String attribute, or undefined if it is not a finite number. */
export function firstNumber(dataSet: DataSet, tag: string): number | undefined {
  const value = numberValues(dataSet, tag)[0];
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}
