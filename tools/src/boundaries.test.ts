import { ESLint } from 'eslint';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

/** The table of docs/architecture.md: each room and the rooms that it may import. */
const table: Record<string, { folder: string; mayImport: string[] }> = {
  core: { folder: 'libs/core', mayImport: [] },
  metrics: { folder: 'libs/metrics', mayImport: [] },
  nn: { folder: 'libs/nn', mayImport: [] },
  client: { folder: 'libs/client', mayImport: ['core'] },
  viewer: { folder: 'libs/viewer', mayImport: ['core'] },
  trainer: { folder: 'apps/trainer', mayImport: ['core', 'metrics', 'nn'] },
  server: { folder: 'apps/server', mayImport: ['core', 'client', 'viewer'] },
  'vscode-ext': { folder: 'apps/vscode-ext', mayImport: ['core', 'client', 'viewer'] },
};
const importable = ['core', 'metrics', 'nn', 'client', 'viewer', 'trainer', 'server'];
const rule = '@nx/enforce-module-boundaries';

let eslint: ESLint;
beforeAll(() => {
  eslint = new ESLint({
    cwd: join(import.meta.dirname, '../..'),
    ruleFilter: ({ ruleId }) => ruleId === rule,
  });
});

/** The type-checked rules want a file that exists: the library's door, or the extension's. */
function entryOf(folder: string): string {
  return folder === 'apps/vscode-ext' ? 'extension.ts' : 'index.ts';
}

async function boundaryErrors(folder: string, imported: string): Promise<string[]> {
  const [result] = await eslint.lintText(`import '${imported}';\n`, {
    filePath: join(import.meta.dirname, '../..', folder, 'src', entryOf(folder)),
  });
  return (
    (result?.messages ?? [])
      .map(({ ruleId, message }) => `${ruleId ?? 'parser'}: ${message}`)
      // The rule also wants one way of loading a library: that the extension loads some late is no edge of the table.
      .filter((message) => !message.includes('Static imports of lazy-loaded libraries'))
  );
}

describe('an import that the table of rooms does not allow fails lint', () => {
  for (const [room, { folder, mayImport }] of Object.entries(table)) {
    for (const other of importable.filter((name) => name !== room)) {
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
