import { readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

test.each(Object.entries(scripts).filter(([, script]) => script.startsWith('node ')))(
  'npm run %s names a script and a command that exist',
  async (_, script) => {
    const [, file = '', command] = script.split(' ');
    await access(join(root, file));
    if (command !== undefined) await access(join(root, 'tools/src', command, 'cli.ts'));
  },
);

test('continuous integration runs npm test', () => {
  expect(readFileSync(join(root, '.ci/run'), 'utf8')).toMatch(/^exec npm test$/m);
});
