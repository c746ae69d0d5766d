import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCatalogue } from '@groundglass/core/errors';
import { galleryStrings } from '@groundglass/viewer/gallery-rows';
import { defaultStrings } from '@groundglass/viewer/strings';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const readJson = (path: string) =>
  JSON.parse(readFileSync(join(root, path), 'utf8')) as Record<string, unknown>;

test('the translation table has exactly the texts that the extension shows', () => {
  const shown = new Set<string>([
    ...Object.values(defaultStrings),
    ...Object.values(galleryStrings),
  ]);
  for (const { title, advice } of Object.values(errorCatalogue)) shown.add(title).add(advice);
  for (const file of readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const source = readFileSync(join(import.meta.dirname, file), 'utf8');
    for (const [, text] of source.matchAll(/l10n\.t\(\s*'((?:[^'\\]|\\.)*)'/g)) {
      shown.add(text!.replaceAll("\\'", "'"));
    }
  }
  const table = readJson('l10n/bundle.l10n.json');
  expect(Object.keys(table).sort()).toEqual([...shown].sort());
});

test('every text of the manifest is translated', () => {
  const named = readFileSync(join(root, 'package.json'), 'utf8').matchAll(/"%([\w.]+)%"/g);
  const keys = [...new Set([...named].map(([, key]) => key!))];
  expect(keys.sort()).toEqual(Object.keys(readJson('package.nls.json')).sort());
});
