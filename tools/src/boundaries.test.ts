import { ESLint } from 'eslint';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { rooms } from '../rooms.mjs';

const libraries = Object.keys(rooms).filter(
  (name) => !['tools', 'vscode-ext', 'playground'].includes(name),
);
const rule = '@nx/enforce-module-boundaries';

let eslint: ESLint;
beforeAll(() => {
  eslint = new ESLint({
    cwd: join(import.meta.dirname, '../..'),
    ruleFilter: ({ ruleId }) => ruleId === rule,
    // The rule reads imports, not types: without a program of every room it takes a tenth of the time.
    overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
  });
});

/** The type-checked rules need an existing file: the library's index, or the extension's. */
function entryOf(folder: string): string {
  if (folder === 'apps/vscode-ext') return 'extension.ts';
  return folder === 'apps/playground' ? 'main.ts' : 'index.ts';
}

async function boundaryErrors(folder: string, imported: string): Promise<string[]> {
  const [result] = await eslint.lintText(`import '${imported}';\n`, {
    filePath: join(import.meta.dirname, '../..', folder, 'src', entryOf(folder)),
  });
  return (
    (result?.messages ?? [])
      .map(({ ruleId, message }) => `${ruleId ?? 'parser'}: ${message}`)
      // The rule also requires one way of loading a library, but the extension's lazy loading is no edge of the table.
      .filter((message) => !message.includes('Static imports of lazy-loaded libraries'))
  );
}

describe('an import that the table of rooms does not allow fails lint', () => {
  for (const [room, { folder, mayImport }] of Object.entries(rooms)) {
    if (room === 'tools') continue;
    for (const other of libraries.filter((name) => name !== room)) {
      const allowed = mayImport.includes(other);
      test(`${room} ${allowed ? 'may' : 'may not'} import ${other}`, async () => {
        const errors = await boundaryErrors(folder, `@groundglass/${other}`);
        if (allowed) expect(errors).toEqual([]);
        else expect(errors).toEqual([expect.stringContaining(rule)]);
      });
    }
  }
});

describe('packages stay in the rooms that own them', () => {
  test.each([
    ['libs/core', 'onnxruntime-node'],
    ['libs/core', 'express'],
    ['libs/metrics', 'zod'],
    ['libs/nn', 'zod'],
    ['libs/viewer', 'sharp'],
    ['apps/vscode-ext', 'express'],
  ])('%s may not import %s', async (folder, name) => {
    expect(await boundaryErrors(folder, name)).toEqual([expect.stringContaining(rule)]);
  });

  test('core may import its decoders', async () => {
    expect(await boundaryErrors('libs/core', 'dicom-parser')).toEqual([]);
  });
});

test('docs/architecture.md has the table of rooms as lint enforces it', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/architecture.md'), 'utf8');
  const rows = page.matchAll(/^\| `((?:libs|apps)\/[\w-]+|tools)` *\|[^|]*\|([^|]*)\|$/gm);
  const written = [...rows].map(([, folder, mayImport]) => [
    folder,
    Object.keys(rooms).filter((room) => new RegExp(`\\b${room}\\b`).test(mayImport!)),
  ]);
  expect(Object.fromEntries(written)).toEqual(
    Object.fromEntries(
      Object.values(rooms).map(({ folder, mayImport }) => [
        folder,
        Object.keys(rooms).filter((room) => mayImport.includes(room)),
      ]),
    ),
  );
});
