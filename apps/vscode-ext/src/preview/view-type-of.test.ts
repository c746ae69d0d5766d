import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { viewTypeOf } from './view-type-of.js';

test('each file that an editor claims opens in that editor', () => {
  const { contributes } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
  ) as {
    contributes: {
      customEditors: { viewType: string; selector: { filenamePattern: string }[] }[];
    };
  };
  const claims = contributes.customEditors
    .filter(({ viewType }) => viewType.startsWith('groundglass.ctPreview'))
    .flatMap(({ viewType, selector }) =>
      selector.map(({ filenamePattern }) => [filenamePattern, viewType] as const),
    );
  expect(claims.length).toBeGreaterThan(8);
  for (const [pattern, viewType] of claims) {
    expect([pattern, viewTypeOf({ path: pattern.replace('*', '/a/B') })]).toEqual([
      pattern,
      viewType,
    ]);
  }
  expect(viewTypeOf({ path: '/a/IM0001' })).toBe('groundglass.ctPreview');
});
