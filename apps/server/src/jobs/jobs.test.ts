import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Job } from '@groundglass/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fixtureModels } from '../inference/inference.fixture.js';
import {
  ask,
  coreFixture,
  greyPng,
  metaImage,
  startTestServer,
  type TestServer,
} from '../server.fixture.js';
import { Jobs } from './jobs.js';

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'groundglass-jobs-'));
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

const start = (options = {}) =>
  startTestServer({
    copied: ['lesion-rule', 'busy'],
    data: [scratch],
    jobsDir: join(scratch, '.jobs'),
    ...options,
  });

async function post(
  url: string,
  folder: string,
  query = '',
): Promise<{ status: number; job: Job & { error?: unknown } }> {
  const { status, text } = await ask(`${url}/v1/jobs${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ folder }),
  });
  return { status, job: JSON.parse(text) as Job };
}

const statusOf = async (url: string, id: string): Promise<Job> =>
  JSON.parse((await ask(`${url}/v1/jobs/${id}`)).text) as Job;

async function rowsOf(url: string, id: string): Promise<Record<string, unknown>[]> {
  const { text } = await ask(`${url}/v1/jobs/${id}/results`);
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const ended = (server: TestServer, id: string) =>
  expect.poll(async () => (await statusOf(server.url, id)).state, { timeout: 100_000 });

async function study(): Promise<void> {
  await mkdir(join(scratch, 'study/inner'), { recursive: true });
  const volume = metaImage([-700, 0]);
  await Promise.all([
    writeFile(join(scratch, 'study/a.png'), greyPng(60)),
    writeFile(join(scratch, 'study/=b.png'), greyPng(200)),
    writeFile(join(scratch, 'study/broken.dcm'), 'no DICOM'),
    writeFile(
      join(scratch, 'study/inner/slice'),
      await coreFixture('formats/dicom/fixtures/explicit.dcm'),
    ),
    writeFile(join(scratch, 'study/inner/volume.mha'), volume),
    writeFile(join(scratch, 'study/notes.txt'), 'not a picture'),
    writeFile(join(scratch, 'study/.hidden.png'), greyPng(1)),
    symlink('/etc/hostname', join(scratch, 'study/outside')),
  ]);
}

describe('/v1/jobs', () => {
  test('a folder is scored in the background: one row a file, including errors, in a results file', async () => {
    await study();
    await using server = await start();
    const { status, job } = await post(server.url, 'study');
    expect(status).toBe(202);
    expect(job).toMatchObject({ total: 5, leftOut: 2 });
    await ended(server, job.id).toBe('done');
    expect(await statusOf(server.url, job.id)).toMatchObject({ done: 5, failed: 1 });
    const [header, ...rows] = await rowsOf(server.url, job.id);
    expect(header).toMatchObject({
      format: 'groundglass-predictions',
      version: 1,
      model: { name: 'lesion-rule', version: '1' },
      manifest: null,
    });
    expect(rows.map(({ path }) => path).sort()).toEqual([
      '=b.png',
      'a.png',
      'broken.dcm',
      'inner/slice',
      'inner/volume.mha',
    ]);
    expect(rows.find(({ path }) => path === 'broken.dcm')).toMatchObject({
      label: null,
      probability: null,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      error: { code: 'CT_UNKNOWN_FORMAT' },
    });
    expect(rows.find(({ path }) => path === 'a.png')).not.toHaveProperty('error');
    const csv = await ask(`${server.url}/v1/jobs/${job.id}/results`, {
      headers: { accept: 'text/csv' },
    });
    expect(csv.text.split('\r\n')).toHaveLength(7);
    // Not a formula for a spreadsheet.
    expect(csv.text).toContain("\r\n'=b.png,");
  });

  test('uploaded files are scored under their names and then removed', async () => {
    await using server = await start();
    const part = (name: string) =>
      Buffer.from(`--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`);
    const form = Buffer.concat([
      ...[1, 2].flatMap((n) => [part('same.png'), greyPng(n * 50), Buffer.from('\r\n')]),
      Buffer.from('--b--\r\n'),
    ]);
    const { status, text } = await ask(`${server.url}/v1/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b', 'content-encoding': 'gzip' },
      body: gzipSync(form),
    });
    expect(status).toBe(202);
    const { id } = JSON.parse(text) as Job;
    await ended(server, id).toBe('done');
    const rows = (await rowsOf(server.url, id)).slice(1);
    expect(rows.map(({ path }) => path).sort()).toEqual(['same (2).png', 'same.png']);
    await expect.poll(() => readdir(join(scratch, '.jobs', id))).not.toContain('files');
  });

  test('the next start removes what a killed server left of an upload, and nothing else', async () => {
    const jobs = join(scratch, '.jobs');
    const half = join(jobs, '00000000-0000-4000-8000-000000000000/files');
    await mkdir(half, { recursive: true });
    await writeFile(join(half, 'a.png'), greyPng(1));
    await mkdir(join(jobs, 'notes-of-somebody'));
    // As if the server had died between the last row and the removal of the files.
    const ended = '00000000-0000-4000-8000-000000000001';
    const folder = join(jobs, ended, 'files');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'a.png'), greyPng(1));
    const record = {
      ...{ id: ended, created: new Date().toISOString(), state: 'done', folder, uploaded: true },
      ...{ paths: ['a.png'], leftOut: 0, query: {} },
    };
    await writeFile(join(jobs, ended, 'job.json'), JSON.stringify(record));
    await using server = await start();
    expect((await readdir(jobs)).filter((name) => !name.startsWith('lock')).sort()).toEqual([
      ended,
      'notes-of-somebody',
    ]);
    expect(await readdir(join(jobs, ended))).toEqual(['job.json']);
    expect((await statusOf(server.url, ended)).state).toBe('done');
  });

  test('events report progress and the end', async () => {
    await study();
    await using server = await start();
    const { job } = await post(server.url, 'study');
    const response = await fetch(`${server.url}/v1/jobs/${job.id}/events`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events = (await response.text()).trim().split('\n\n');
    expect(events.at(-1)).toMatch(/^id: 5\nevent: end\ndata: \{.*"state":"done"/);
    expect(events.filter((event) => event.includes('event: progress')).length).toBeGreaterThan(1);
  });

  test('a job is cancelled, keeps its rows, and is removed once it has ended', async () => {
    await mkdir(join(scratch, 'many'));
    await Promise.all(
      Array.from({ length: 200 }, (_, n) => writeFile(join(scratch, `many/${n}.png`), greyPng(n))),
    );
    await using server = await start();
    const { job } = await post(server.url, 'many');
    await expect.poll(async () => (await statusOf(server.url, job.id)).done).toBeGreaterThan(0);
    const cancelled = await ask(`${server.url}/v1/jobs/${job.id}/cancel`, { method: 'POST' });
    expect(JSON.parse(cancelled.text)).toMatchObject({ state: 'cancelled' });
    const end = () => ask(`${server.url}/v1/jobs/${job.id}`, { method: 'DELETE' });
    const { done } = await statusOf(server.url, job.id);
    expect(done).toBeLessThan(200);
    expect((await rowsOf(server.url, job.id)).length).toBeGreaterThan(1);
    await end();
    expect((await ask(`${server.url}/v1/jobs/${job.id}`)).status).toBe(404);
  });

  test.each([
    ['../elsewhere', 403],
    ['/etc', 403],
    ['nothing', 403],
    ['empty', 400],
  ])('the folder %j is refused', async (folder, status) => {
    await mkdir(join(scratch, 'empty'));
    await using server = await start();
    expect((await post(server.url, folder)).status).toBe(status);
    expect((await post(server.url, folder, '?model=absent')).status).toBe(
      status === 403 ? 403 : 404,
    );
  });

  test('a second server on the same jobs folder has no jobs', async () => {
    await study();
    await using first = await start();
    await using second = await start();
    expect((await post(second.url, 'study')).status).toBe(403);
    const { job } = await post(first.url, 'study');
    await ended(first, job.id).toBe('done');
  });

  /** Begins a job of 60 files, and stops the server in the middle of it. */
  async function beginAndStop() {
    await mkdir(join(scratch, 'many'));
    const files = Array.from({ length: 60 }, (_, n) => `many/${n}.png`);
    await Promise.all(files.map((file, n) => writeFile(join(scratch, file), greyPng(n))));
    const first = await start();
    const { job } = await post(first.url, 'many');
    await expect.poll(async () => (await statusOf(first.url, job.id)).done).toBeGreaterThan(0);
    await first[Symbol.asyncDispose]();
    return job;
  }

  test('a stopped server resumes its job at the next start', async () => {
    const job = await beginAndStop();
    await using second = await start();
    await ended(second, job.id).toBe('done');
    const paths = (await rowsOf(second.url, job.id)).slice(1).map(({ path }) => path);
    expect(paths.length).toBe(60);
    expect(new Set(paths).size).toBe(60);
  });

  test('a job does not resume with a different model', async () => {
    const job = await beginAndStop();
    const path = join(scratch, '.jobs', job.id, 'results.predictions.jsonl');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/"sha256":"[0-9a-f]{64}"/, `"sha256":"${'0'.repeat(64)}"`));
    await using second = await start();
    await ended(second, job.id).toBe('failed');
    expect((await statusOf(second.url, job.id)).error).toEqual({
      code: 'CT_MODEL_INVALID',
      error: 'The model has changed since the job began: start a new job',
    });
  });
});

/** The acceptance test uses 1000 files and 10 kills; GROUNDGLASS_KILL_FILES and _KILLS set them. */
const kills = Number(process.env.GROUNDGLASS_KILLS ?? 3);
const killFiles = Number(process.env.GROUNDGLASS_KILL_FILES ?? 60);

test('a server killed at random moments of a job gives every file exactly one row', async () => {
  const folder = join(scratch, 'many');
  await mkdir(folder);
  await Promise.all(
    Array.from({ length: killFiles }, (_, n) =>
      writeFile(join(folder, `${n}.png`), greyPng(n % 256)),
    ),
  );
  const run = async () => {
    const child = spawn(
      process.execPath,
      [
        join(import.meta.dirname, '../../bin/groundglass-server.mjs'),
        ...[
          '--models',
          join(fixtureModels),
          '--port',
          '0',
          '--grpc-port',
          'off',
          '--processes',
          '1',
        ],
        ...[
          '--default-model',
          'lesion-rule',
          '--data',
          scratch,
          '--jobs-dir',
          join(scratch, '.jobs'),
        ],
        ...[
          '--cache-dir',
          join(scratch, '.cache'),
          '--spool-dir',
          scratch,
          '--log-level',
          'silent',
        ],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await expect.poll(() => out, { timeout: 100_000 }).toMatch(/Models: .+\n/);
    return { child, exited: once(child, 'exit'), url: /answers at (\S+)/.exec(out)![1]! };
  };
  let server = await run();
  const { job } = await post(server.url, 'many');
  for (let kill = 0; kill < kills; kill++) {
    const before = (await statusOf(server.url, job.id)).done;
    const target = Math.min(
      killFiles - 1,
      before + 1 + Math.floor(Math.random() * (killFiles / kills)),
    );
    await expect
      .poll(async () => (await statusOf(server.url, job.id)).done, {
        timeout: 100_000,
        interval: 1,
      })
      .toBeGreaterThanOrEqual(target);
    server.child.kill('SIGKILL');
    await server.exited;
    server = await run();
  }
  await expect
    .poll(async () => (await statusOf(server.url, job.id)).state, { timeout: 110_000 })
    .toBe('done');
  const text = await readFile(join(scratch, '.jobs', job.id, 'results.predictions.jsonl'), 'utf8');
  const paths = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => (JSON.parse(line) as { path: string }).path);
  expect(paths.length).toBe(killFiles);
  expect(new Set(paths).size).toBe(killFiles);
  server.child.kill('SIGTERM');
  await server.exited;
  // Uploads left by killed servers are gone as well.
  expect((await readdir(scratch)).filter((name) => name.startsWith('groundglass-'))).toEqual([]);
}, 600_000);

test('no job is reported missing until the jobs of an earlier run are read', async () => {
  await using server = await start();
  const { predictor, log } = server.services;
  const dir = join(scratch, 'others');
  const jobs = new Jobs({ dir, predictor, log, lanes: 1, keepDays: 30 });
  expect(() => jobs.status('some-id')).toThrow(expect.objectContaining({ code: 'CT_OVERLOADED' }));
  expect(() => jobs.list).toThrow('The server is starting: its jobs are not loaded yet');
  await jobs.start();
  expect(() => jobs.status('some-id')).toThrow(expect.objectContaining({ code: 'CT_NOT_FOUND' }));
  expect(jobs.list).toEqual([]);
  await jobs.stop();
});
