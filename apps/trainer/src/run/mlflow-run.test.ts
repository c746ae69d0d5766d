import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { MlflowRun } from './mlflow-run.js';

let close: (() => void) | undefined;
afterEach(() => close?.());

interface Call {
  readonly method: string;
  readonly body: unknown;
  readonly authorization: string | undefined;
}

/** A tracking server that answers as MLflow 3 does; `answers` replaces the answer of a method. */
async function serve(answers: Record<string, [status: number, body: unknown]> = {}) {
  const calls: Call[] = [];
  const usual: Record<string, [number, unknown]> = {
    'experiments/get-by-name': [404, { error_code: 'RESOURCE_DOES_NOT_EXIST' }],
    'experiments/create': [200, { experiment_id: '7' }],
    'runs/create': [200, { run: { info: { run_id: 'abc' } } }],
  };
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const method = request.url!.replace('/base/api/2.0/mlflow/', '').replace(/\?.*/, '');
      calls.push({ method, body, authorization: request.headers.authorization });
      const [status, answer] = answers[method] ?? usual[method] ?? [200, {}];
      response.writeHead(status).end(JSON.stringify(answer));
    });
  }).listen(0);
  await new Promise((resolve) => server.once('listening', resolve));
  close = () => server.close();
  return { calls, trackingUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/base/` };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const part of request) text += String(part);
  return text === '' ? undefined : JSON.parse(text);
}

test('a run is created in its experiment, with parameters, metrics and its end', async () => {
  const { calls, trackingUri } = await serve();
  const failures: string[] = [];
  const run = await MlflowRun.start(
    { trackingUri, token: 't', runName: 'first', params: { epochs: '3' } },
    (message) => failures.push(message),
  );
  expect(run?.id).toBe('abc');
  await run!.log(2, [
    { tag: 'validation/auc', value: 0.9 },
    { tag: 'train/loss', value: NaN },
  ]);
  await run!.end('FINISHED');
  expect(failures).toEqual([]);
  expect(calls.map(({ method }) => method)).toEqual([
    'experiments/get-by-name',
    'experiments/create',
    'runs/create',
    'runs/log-batch',
    'runs/log-batch',
    'runs/update',
  ]);
  expect(calls.every(({ authorization }) => authorization === 'Bearer t')).toBe(true);
  expect(calls[2]!.body).toMatchObject({ experiment_id: '7', run_name: 'first' });
  expect(calls[3]!.body).toEqual({ run_id: 'abc', params: [{ key: 'epochs', value: '3' }] });
  expect(calls[4]!.body).toMatchObject({
    run_id: 'abc',
    metrics: [{ key: 'validation/auc', value: 0.9, step: 2 }],
  });
  expect(calls[5]!.body).toMatchObject({ run_id: 'abc', status: 'FINISHED' });
});

test('a resumed run continues under its id', async () => {
  const { calls, trackingUri } = await serve();
  const run = await MlflowRun.start(
    { trackingUri, runName: 'first', runId: 'abc', params: {} },
    () => undefined,
  );
  expect(run?.id).toBe('abc');
  expect(calls).toMatchObject([{ method: 'runs/update', body: { status: 'RUNNING' } }]);
});

test('a failing server is reported once, and later calls are not sent', async () => {
  const { calls, trackingUri } = await serve({ 'runs/log-batch': [500, 'full'] });
  const failures: string[] = [];
  const note = (message: string) => failures.push(message);
  const options = { trackingUri, runName: 'first', params: {} };
  expect(await MlflowRun.start(options, note)).toBeUndefined();
  const run = await MlflowRun.start({ ...options, runId: 'abc' }, note);
  const before = calls.length;
  await run!.log(1, [{ tag: 'a', value: 1 }]);
  await run!.log(2, [{ tag: 'a', value: 2 }]);
  await run!.end('FAILED');
  expect(calls.length - before).toBe(1);
  expect(failures).toHaveLength(2);
  expect(failures[0]).toContain('status 500');
  expect(failures[0]).toContain('Training continues without it');
});

test('an unreachable server is reported, and training does not wait for it', async () => {
  const failures: string[] = [];
  const run = await MlflowRun.start(
    { trackingUri: 'http://127.0.0.1:9', runName: 'first', params: {} },
    (message) => failures.push(message),
  );
  expect(run).toBeUndefined();
  expect(failures).toHaveLength(1);
});
