import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

/** Libraries that a module imports eagerly, with the modules that import them. */
function librariesOf(file: string, seen = new Map<string, string>()): Map<string, string> {
  const source = readFileSync(file, 'utf8');
  for (const [, what, from] of source.matchAll(/^import (?!type)([^;]*?)from '([^']+)'/gm)) {
    const names = what!.split(/[{},]/).map((name) => name.trim());
    if (names.every((name) => name === '' || name.startsWith('type '))) continue;
    if (from!.startsWith('@groundglass')) seen.set(from!, file);
    if (!from!.startsWith('.')) continue;
    const next = join(dirname(file), from!.replace(/\.js$/, '.ts'));
    if (seen.has(next)) continue;
    seen.set(next, file);
    librariesOf(next, seen);
  }
  return seen;
}

test('activation loads neither decoders nor the code of datasets and papers', () => {
  const loaded = [...librariesOf(join(import.meta.dirname, 'extension.ts')).keys()];
  expect(loaded.filter((name) => name.startsWith('@groundglass')).sort()).toEqual([
    '@groundglass/core/errors',
    '@groundglass/viewer/strings',
  ]);
});
