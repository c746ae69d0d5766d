import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeFiles } from './index.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'node-files-'));
  await mkdir(join(root, 'data', 'scans'), { recursive: true });
  await mkdir(join(root, 'elsewhere'));
  await writeFile(join(root, 'data', 'scans', 'a.png'), 'x');
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('a folder that is itself a link is opened like the folder', async () => {
  await symlink(join(root, 'data'), join(root, 'link'));
  const files = await nodeFiles(join(root, 'link'));
  expect(await files.list('scans')).toEqual([{ name: 'a.png', kind: 'file' }]);
});

test('a link that stays inside is followed, one that leads out is reported as outside', async () => {
  await symlink(join(root, 'data', 'scans'), join(root, 'data', 'again'));
  await symlink(join(root, 'elsewhere'), join(root, 'data', 'out'));
  const files = await nodeFiles(join(root, 'data'));
  expect(await files.list('again')).toEqual([{ name: 'a.png', kind: 'file' }]);
  await expect(files.list('out')).rejects.toThrow(/"out" leads to ".*elsewhere"/);
  await expect(files.list('gone')).rejects.toThrow('Expected a readable file "gone"');
});
