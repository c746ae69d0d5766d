import { expect, test } from 'vitest';
import { playwrightCounts, secondTries } from '../setup/test-counts.mjs';

test('a browser test that passed at its second try counts as passed, and is named', () => {
  const spec = (title: string, status: string) => ({
    file: 'a.spec.ts',
    title,
    tests: [{ status }],
  });
  const report = {
    suites: [
      { specs: [spec('quick', 'expected')], suites: [{ specs: [spec('slow', 'flaky')] }] },
      { specs: [spec('broken', 'unexpected')] },
    ],
    stats: { expected: 1, unexpected: 1, flaky: 1, skipped: 0 },
  };
  expect(playwrightCounts(report)).toEqual({ passed: 2, failed: 1, skipped: 0 });
  expect(secondTries(report)).toEqual(['a.spec.ts › slow']);
});
