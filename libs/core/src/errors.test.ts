import { describe, expect, test } from 'vitest';
import { asCtError, CtError, errorCatalogue } from './index.js';

const entries = Object.entries(errorCatalogue) as [string, { title: string; advice: string }][];

describe.each(entries)('the code %s', (code, { title, advice }) => {
  test('is spelled like the others', () => {
    expect(code).toMatch(/^CT_[A-Z]+(_[A-Z]+)*$/);
  });

  test('has a title, and advice in whole sentences', () => {
    expect(title).toMatch(/^[A-Z][^.]+$/);
    expect(advice).toMatch(/^[A-Z].+\.$/);
  });
});

test('titles are not used twice, so that a user can tell the codes apart', () => {
  const titles = entries.map(([, { title }]) => title);
  expect(new Set(titles).size).toBe(titles.length);
});

describe('CtError', () => {
  test('is an Error with a code, a sentence and the cause', () => {
    const cause = new Error('inner');
    const error = new CtError('CT_CORRUPT', 'Expected 8 bits, got 7', { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'CtError',
      code: 'CT_CORRUPT',
      message: 'Expected 8 bits, got 7',
      cause,
    });
  });
});

describe('asCtError', () => {
  test('wraps what a decoder threw and keeps it as the cause', () => {
    const thrown = new RangeError('Offset is outside the bounds of the DataView');
    const error = asCtError(thrown, 'CT_TRUNCATED', 'Expected 10 bytes, got 4');
    expect(error).toMatchObject({ code: 'CT_TRUNCATED', message: 'Expected 10 bytes, got 4' });
    expect(error.cause).toBe(thrown);
  });

  test('passes a coded error through unchanged', () => {
    const coded = new CtError('CT_TOO_LARGE', 'Expected less');
    expect(asCtError(coded, 'CT_CORRUPT', 'other')).toBe(coded);
  });

  test('wraps values that are not an Error, as WASM codecs throw numbers', () => {
    expect(asCtError(5274728, 'CT_CORRUPT', 'Expected a JPEG 2000 stream').cause).toBe(5274728);
  });
});
