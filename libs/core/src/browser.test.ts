import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, resolve } from 'node:path';
import { expect, test } from 'vitest';
import * as node from './index.js';

/** All modules that a source file imports at run time, directly or not. */
function reach(file: string, found = new Map<string, string>()): Map<string, string> {
  const source = readFileSync(file, 'utf8');
  const imports = source.matchAll(
    /^(?:import|export)\s(?!type\s)(?:[^;]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'/gm,
  );
  for (const [, fixed, dynamic] of imports) {
    const name = (fixed ?? dynamic)!;
    if (!name.startsWith('.')) {
      found.set(name, file);
      continue;
    }
    const path = resolve(dirname(file), name.replace(/\.js$/, '.ts'));
    if (found.has(path)) continue;
    found.set(path, file);
    reach(path, found);
  }
  return found;
}

test('nothing that the browser entry imports needs Node', () => {
  const modules = reach(resolve(import.meta.dirname, 'browser.ts'));
  // The walk itself works: it gets from the entry to a decoder's third-party package.
  expect([...modules.keys()]).toContain('fast-png');
  const forbidden = [...modules].filter(
    ([name]) => name.startsWith('node:') || builtinModules.includes(name) || name === 'sharp',
  );
  expect(forbidden).toEqual([]);
});

test('the browser entry exports all of the Node entry except reading files', async () => {
  const browser: object = await import('./browser.js');
  const missing = Object.keys(node).filter((name) => !(name in browser));
  expect(missing).toEqual(['fileSource']);
});
