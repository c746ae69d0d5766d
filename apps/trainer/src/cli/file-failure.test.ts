import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileFailure } from './file-failure.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'groundglass-test-'));
  await writeFile(join(root, 'file'), '');
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('names the file, and why it could not be opened', async () => {
  const path = join(root, 'file', 'below');
  const error: unknown = await open(path, 'w').catch((thrown: unknown) => thrown);
  expect(fileFailure(error)).toMatchObject({
    code: 'TRAIN_FILE_FAILED',
    message: `Expected to open "${path}", part of the path is a file, not a folder`,
  });
});

// Linux's error for a write to a full disk, which names no path.
test('a full disk is reported even though Node names no path', () => {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
  });
  expect(fileFailure(error)?.message).toBe('Expected to write the file, the disk is full');
});

test('other failures keep their own message', () => {
  expect(fileFailure(new Error('the shapes differ'))).toBeUndefined();
  const refused = Object.assign(new Error('connect ECONNREFUSED'), {
    code: 'ECONNREFUSED',
    syscall: 'connect',
  });
  expect(fileFailure(refused)).toBeUndefined();
});
