import type { ResultRow } from '@groundglass/core';
import { CtError } from '@groundglass/core/errors';
import { expect, test } from 'vitest';
import { runScoring, type ScoringRun } from './run-scoring.js';

const sha = (letter: string) => letter.repeat(64);
const answer = { label: 'covid', withheld: [], probability: 0.9, lesionFraction: null };
const samples = ['a', 'b', 'c', 'd', 'e'].map((path) => ({ path }));

type Run = ScoringRun<{ path: string }, null>;

function start(more: Partial<Run> = {}) {
  const rows: ResultRow[] = [];
  const asked: string[] = [];
  const run = runScoring<{ path: string }, null>({
    samples,
    known: () => undefined,
    read: ({ path }) => Promise.resolve({ sha256: sha(path), body: null }),
    score: ({ path }) => {
      asked.push(path);
      return Promise.resolve(answer);
    },
    write: (row) => {
      rows.push(row);
      return Promise.resolve();
    },
    lanes: 2,
    signal: new AbortController().signal,
    ...more,
  });
  return { run, rows, asked };
}

test('every sample becomes a row', async () => {
  const { run, rows } = start();
  expect(await run).toEqual({ done: 5, total: 5, kept: 0, failed: 0 });
  expect(rows.map(({ path }) => path).sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(rows[0]).toEqual({ path: 'a', sha256: sha('a'), ...answer });
});

test('an unchanged file is skipped, a changed and a failed one are scored again', async () => {
  const before: Record<string, ResultRow> = {
    a: { path: 'a', sha256: sha('a'), ...answer },
    b: { path: 'b', sha256: sha('f'), ...answer },
    c: { path: 'c', sha256: sha('c'), ...answer, error: { code: 'CT_CORRUPT', message: 'm' } },
  };
  const { run, asked } = start({ known: ({ path }) => before[path] });
  expect(await run).toMatchObject({ done: 5, kept: 1 });
  expect(asked.sort()).toEqual(['b', 'c', 'd', 'e']);
});

test('a missing or bad file is a row, and the others continue', async () => {
  const { run, rows } = start({
    read: ({ path }) =>
      path === 'b'
        ? Promise.reject(new Error('ENOENT'))
        : Promise.resolve({ sha256: sha(path), body: null }),
    score: ({ path }) =>
      path === 'd'
        ? Promise.reject(new CtError('CT_CORRUPT', 'half a picture'))
        : Promise.resolve(answer),
  });
  expect(await run).toMatchObject({ done: 5, failed: 2 });
  expect(rows.find(({ path }) => path === 'b')).toMatchObject({
    sha256: null,
    label: null,
    error: { code: 'CT_READ_FAILED', message: 'ENOENT' },
  });
  expect(rows.find(({ path }) => path === 'd')).toMatchObject({
    sha256: sha('d'),
    error: { code: 'CT_CORRUPT' },
  });
});

test('a lost server ends the run; scored rows stay, and nothing is written for the rest', async () => {
  const { run, rows } = start({
    lanes: 1,
    score: ({ path }) =>
      path === 'c'
        ? Promise.reject(new CtError('CT_UNREACHABLE', 'gone'))
        : Promise.resolve(answer),
  });
  await expect(run).rejects.toMatchObject({ code: 'CT_UNREACHABLE' });
  expect(rows.map(({ path }) => path)).toEqual(['a', 'b']);
});

test('a full disk ends the run with its own error', async () => {
  const { run } = start({ write: () => Promise.reject(new Error('ENOSPC')) });
  await expect(run).rejects.toThrow('ENOSPC');
});

test('several requests are in flight, never more than the lanes', async () => {
  let [now, most] = [0, 0];
  const { run } = start({
    lanes: 3,
    score: async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now--;
      return answer;
    },
  });
  await run;
  expect(most).toBe(3);
});

test('cancelling stops requests in flight', async () => {
  const cancel = new AbortController();
  const { run, rows } = start({
    lanes: 1,
    signal: cancel.signal,
    score: ({ path }, _, signal) => {
      if (path !== 'b') return Promise.resolve(answer);
      cancel.abort();
      expect(signal.aborted).toBe(true);
      return Promise.reject(new CtError('CT_CANCELLED', 'cancelled'));
    },
  });
  await expect(run).rejects.toMatchObject({ code: 'CT_CANCELLED' });
  expect(rows.map(({ path }) => path)).toEqual(['a']);
});
