import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from './server.fixture.js';

const command = join(import.meta.dirname, '../bin/groundglass-server.mjs');
const models = join(import.meta.dirname, '../fixtures/models');

let scratch: string;
let home: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'groundglass-main-'));
  home = await mkdtemp(join(tmpdir(), 'groundglass-home-'));
});
afterAll(() =>
  Promise.all([scratch, home].map((dir) => rm(dir, { recursive: true, force: true }))),
);

/** The command, once it answers. */
async function start() {
  const child = spawn(
    process.execPath,
    [
      ...[command, '--models', models, '--port', '0', '--grpc-port', 'off', '--processes', '1'],
      ...['--cache-dir', join(scratch, 'cache'), '--spool-dir', scratch],
      ...['--jobs-dir', join(scratch, 'jobs')],
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Without the variables that mark continuous integration, where ONNX Runtime sends nothing anyway.
      env: { PATH: process.env.PATH, HOME: home, TMPDIR: home },
    },
  );
  const told = { out: '', log: '' };
  child.stdout.on('data', (chunk: Buffer) => (told.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (told.log += chunk.toString()));
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  await expect.poll(() => told.out, { timeout: 60_000 }).toMatch(/Models: .+\n/);
  const url = /answers at (\S+)/.exec(told.out)![1]!;
  return { child, told, ended, url };
}

/** Two requests that take a while, of which one waits for the other; settles when the server has both. */
async function keepBusy(url: string): Promise<() => Promise<unknown[]>> {
  const body = JSON.stringify({
    inputs: [{ name: 'steps', datatype: 'INT64', shape: [1], data: [20_000] }],
  });
  const answers = [1, 2].map(() =>
    ask(`${url}/v2/models/busy/infer`, { method: 'POST', body }).then(
      ({ status }) => status,
      (error: unknown) => (error as NodeJS.ErrnoException).code,
    ),
  );
  await expect
    .poll(async () => (await ask(`${url}/metrics`)).text)
    .toMatch(/^groundglass_queue_length 1$/m);
  return () => Promise.all(answers);
}

test('the first signal waits for accepted requests, a second one does not, and no upload stays behind', async () => {
  const { child, told, ended, url } = await start();
  expect(await readdir(scratch)).toContainEqual(expect.stringMatching(/^groundglass-/));
  const answers = await keepBusy(url);
  child.kill('SIGTERM');
  await expect
    .poll(() => told.log)
    .toContain('stopping once accepted requests are finished, in 30 s at most');
  expect(child.exitCode).toBe(null);
  child.kill('SIGTERM');
  expect(await ended).toEqual([1, null]);
  expect(await answers()).toEqual(['ECONNRESET', 'ECONNRESET']);
  expect((await readdir(scratch)).sort()).toEqual(['cache', 'jobs']);
});

test('a server that scores leaves nothing in the home folder and the temporary one: no telemetry, no identifier', async () => {
  const { child, ended, url } = await start();
  const body = JSON.stringify({
    inputs: [{ name: 'steps', datatype: 'INT64', shape: [1], data: [1] }],
  });
  expect((await ask(`${url}/v2/models/busy/infer`, { method: 'POST', body })).status).toBe(200);
  child.kill('SIGTERM');
  await ended;
  expect(await readdir(home)).toEqual([]);
});

test.each([
  ['port', (port: string) => ['--port', port, '--grpc-port', 'off']],
  ['grpc-port', (port: string) => ['--port', '0', '--grpc-port', port]],
])('a %s that is taken is one line, at once', async (flag, flags) => {
  const { child, ended, url } = await start();
  const { port } = new URL(url);
  const second = spawn(process.execPath, [command, '--models', models, ...flags(port)], {
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: home },
  });
  let log = '';
  second.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const [status] = (await once(second, 'exit')) as [number];
  expect([status, log]).toEqual([
    1,
    `Port ${port} on 127.0.0.1 is in use by another program: choose another with --${flag}\n`,
  ]);
  child.kill('SIGTERM');
  await ended;
});

test.each([
  ['a file', () => join(scratch, 'a-file')],
  // Linux: a file system without folders. Elsewhere creating it fails for lack of rights.
  ['a place without folders', () => '/proc/none'],
])('%s as the folder for optimised models is a warning at the start', async (_name, pathOf) => {
  const file = pathOf();
  await writeFile(join(scratch, 'a-file'), '');
  const child = spawn(
    process.execPath,
    [
      command,
      '--models',
      models,
      '--port',
      '0',
      '--grpc-port',
      'off',
      '--processes',
      '1',
      '--cache-dir',
      file,
    ],
    { env: { PATH: process.env.PATH, HOME: home, TMPDIR: home } },
  );
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await expect.poll(() => log, { timeout: 60_000 }).toContain('--cache-dir is not writable');
  // Every line is JSON.
  for (const line of log.trim().split('\n')) JSON.parse(line);
  child.kill('SIGKILL');
  await once(child, 'exit');
});
