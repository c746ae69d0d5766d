import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replaceFile } from './replace-file.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'groundglass-test-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('writes a file in a folder that it makes, and replaces it', async () => {
  const file = join(root, 'new/folder/labels.txt');
  await replaceFile(file, 'covid\n');
  await replaceFile(file, new Uint8Array([110, 111]));
  expect(await readFile(file, 'utf8')).toBe('no');
  expect(await readdir(join(root, 'new/folder'))).toEqual(['labels.txt']);
});

test('a file that cannot be put in place leaves no half file next to it', async () => {
  await mkdir(join(root, 'taken'));
  await mkdir(join(root, 'taken/labels.txt'));
  await expect(replaceFile(join(root, 'taken/labels.txt'), 'covid\n')).rejects.toThrow('EISDIR');
  expect(await readdir(join(root, 'taken'))).toEqual(['labels.txt']);
});
