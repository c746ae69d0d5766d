import { expect, test } from 'vitest';
import { mergeWarnings } from './merge-warnings.js';

test('a warning from two sources is kept once, in the order of the first', () => {
  const merged = mergeWarnings(
    [{ code: 'NO_SPACING' }, { code: 'FILE_UNREADABLE', file: 'a.dcm' }],
    [{ code: 'HU_LOST' }, { code: 'NO_SPACING', file: undefined }],
  );
  expect(merged.map(({ code }) => code)).toEqual(['NO_SPACING', 'FILE_UNREADABLE', 'HU_LOST']);
});

test('one code for two files stays two warnings', () => {
  const merged = mergeWarnings([
    { code: 'FILE_UNREADABLE', file: 'a.dcm' },
    { code: 'FILE_UNREADABLE', file: 'b.dcm' },
  ]);
  expect(merged).toHaveLength(2);
});
