import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockRun } from './run-lock.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundglass-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a second process is refused a run in use, with the owner’s name and process id', async () => {
  const release = await lockRun(folder);
  await expect(lockRun(folder)).rejects.toMatchObject({
    code: 'TRAIN_RUN_IN_USE',
    message: expect.stringContaining(`process ${process.pid} on ${hostname()}`) as string,
  });
  await release();
  expect(await readdir(folder)).toEqual([]);
  await (
    await lockRun(folder)
  )();
});

test('the lock of a killed process is taken over', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 1e9)']);
  const lock = (pid: number | undefined, host = hostname()) =>
    writeFile(join(folder, 'lock'), JSON.stringify({ host, pid }));
  await lock(child.pid);
  await expect(lockRun(folder)).rejects.toMatchObject({ code: 'TRAIN_RUN_IN_USE' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await (
    await lockRun(folder)
  )();
  // A process of another machine may be running: its id means nothing here.
  await lock(child.pid, 'another-host');
  await expect(lockRun(folder)).rejects.toMatchObject({ code: 'TRAIN_RUN_IN_USE' });
});

test('half a lock, as left by a full disk, is taken over', async () => {
  await writeFile(join(folder, 'lock'), '{"host":"a');
  await (
    await lockRun(folder)
  )();
});
