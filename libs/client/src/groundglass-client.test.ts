import type { Prediction } from '@groundglass/core/browser';
import { describe, expect, test } from 'vitest';
import type { Job, PredictionEvent } from './contracts.js';
import { GroundglassClient } from './groundglass-client.js';
import { json, serve } from './serve.fixture.js';

const prediction: Prediction = {
  id: 'p1',
  file: 'scan.nii',
  label: 'covid',
  withheld: [],
  probability: 0.75,
  threshold: 0.5,
  aggregation: null,
  lesionFraction: 0.1,
  slices: [{ index: 3, probability: 0.75, lesionFraction: 0.1, counted: true }],
  model: { name: 'm', version: '1', sha256: 'a'.repeat(64), trained: true },
  preprocessing: { window: null, crop: 'none', huLost: true },
  warnings: [{ code: 'HU_LOST' }],
  timingsMs: { decode: 1, queue: 0, infer: 2, total: 3 },
};
const mask = { width: 1, height: 1, encoding: 'png', data: 'AAAA' } as const;
const started: PredictionEvent = {
  event: 'started',
  id: 'p1',
  volume: { format: 'nifti', columns: 4, rows: 4, sliceCount: 9 },
  slices: [3],
  warnings: [],
};
const scored: PredictionEvent = {
  event: 'slice',
  slice: { ...prediction.slices[0]!, mask },
  done: 1,
  total: 1,
};
const bytes = new Uint8Array([1, 2, 3]);

describe('GroundglassClient', () => {
  test('predict posts the bytes with its options as a query, and the token', async () => {
    await using server = await serve((response) => {
      json(response, 200, prediction);
    });
    const client = new GroundglassClient({ baseUrl: `${server.baseUrl}/`, token: 'secret' });
    const answer = await client.predict(bytes, {
      model: 'm',
      slices: { from: 2, to: 5 },
      startAt: 4,
      mask: false,
      crop: 'chest',
      threshold: 0.4,
      timeoutMs: 900,
    });
    expect(answer).toEqual(prediction);
    const [request] = server.requests;
    expect(request).toMatchObject({
      method: 'POST',
      url: '/v1/predictions?model=m&slices=2-5&startAt=4&mask=0&crop=chest&threshold=0.4&timeout=900',
      headers: { authorization: 'Bearer secret', accept: 'application/json' },
    });
    expect([...request!.body]).toEqual([1, 2, 3]);
  });

  test('predictStream yields every event and returns the prediction with all masks', async () => {
    await using server = await serve((response) => {
      const end = { event: 'prediction', prediction };
      const text = [started, scored, end].map((event) => `${JSON.stringify(event)}\n`).join('');
      // Cut in the middle of a line and of a character, as a network may do.
      response.write(text.slice(0, 90));
      setTimeout(() => response.end(text.slice(90)), 10);
    });
    const events: string[] = [];
    const answer = await new GroundglassClient(server).predictStream(bytes, {
      onEvent: ({ event }) => events.push(event),
    });
    expect(events).toEqual(['started', 'slice', 'prediction']);
    expect(answer.slices).toEqual([{ ...prediction.slices[0], mask }]);
  });

  test('a failure in the middle of a stream carries the server’s code', async () => {
    await using server = await serve((response) => {
      const failed = { event: 'failed', error: 'Expected more bytes', code: 'CT_TRUNCATED' };
      response.end(`${JSON.stringify(started)}\n${JSON.stringify(failed)}\n`);
    });
    await expect(new GroundglassClient(server).predictStream(bytes)).rejects.toMatchObject({
      code: 'CT_TRUNCATED',
      message: 'Expected more bytes',
    });
  });

  test('a stream that ends without a prediction is CT_UNREACHABLE', async () => {
    await using server = await serve((response) => {
      response.write(`${JSON.stringify(started)}\n`, () => response.destroy());
    });
    await expect(new GroundglassClient(server).predictStream(bytes)).rejects.toMatchObject({
      code: 'CT_UNREACHABLE',
    });
  });

  test('a busy server is retried after the time that it names', async () => {
    await using server = await serve((response, count) => {
      if (count < 3) {
        response.setHeader('retry-after', '0');
        json(response, 503, { error: 'The queue is full', code: 'CT_OVERLOADED' });
      } else json(response, 200, prediction);
    });
    expect(await new GroundglassClient(server).predict(bytes)).toEqual(prediction);
    expect(server.requests).toHaveLength(3);
    expect(server.requests.every(({ body }) => body.length === 3)).toBe(true);
  });

  test('after the last try the error is the server’s', async () => {
    await using server = await serve((response) => {
      json(response, 503, { error: 'The queue is full', code: 'CT_OVERLOADED' });
    });
    const client = new GroundglassClient({ ...server, attempts: 2 });
    await expect(client.predict(bytes)).rejects.toMatchObject({ code: 'CT_OVERLOADED' });
    expect(server.requests).toHaveLength(2);
  });

  test('the caller’s own errors are not retried', async () => {
    await using server = await serve((response) => {
      json(response, 415, { error: 'Expected a CT image', code: 'CT_UNKNOWN_FORMAT' });
    });
    await expect(new GroundglassClient(server).predict(bytes)).rejects.toMatchObject({
      code: 'CT_UNKNOWN_FORMAT',
      message: 'Expected a CT image',
    });
    expect(server.requests).toHaveLength(1);
  });

  test('an address without a server is CT_UNREACHABLE', async () => {
    const server = await serve(() => undefined);
    await server[Symbol.asyncDispose]();
    const client = new GroundglassClient({ ...server, attempts: 2 });
    await expect(client.models()).rejects.toMatchObject({ code: 'CT_UNREACHABLE' });
    expect(await client.isReady()).toBe(false);
  });

  test('aborting ends the call with CT_CANCELLED, also while it waits for a retry', async () => {
    await using silent = await serve(() => undefined);
    await using busy = await serve((response) => {
      response.setHeader('retry-after', '9');
      json(response, 503, { error: 'busy' });
    });
    for (const server of [silent, busy]) {
      const controller = new AbortController();
      const call = new GroundglassClient(server).predict(bytes, { signal: controller.signal });
      setTimeout(() => {
        controller.abort();
      }, 100);
      await expect(call).rejects.toMatchObject({ code: 'CT_CANCELLED' });
    }
  });

  test('a response that is no prediction is refused with the name of its field', async () => {
    await using server = await serve((response) => {
      json(response, 200, { ...prediction, probability: 2 });
    });
    await expect(new GroundglassClient(server).predict(bytes)).rejects.toThrow('"probability"');
  });

  test('overlay and segmentation return the bytes that the server sent', async () => {
    await using server = await serve((response) => response.end(Buffer.from([9, 8])));
    const client = new GroundglassClient(server);
    const overlay = await client.overlay(bytes, {
      slice: 4,
      window: { center: -600, width: 1500 },
    });
    expect([...overlay]).toEqual([9, 8]);
    await client.segmentation(bytes, { maskThreshold: 0.3 });
    expect(server.requests.map(({ url, headers }) => [url, headers.accept])).toEqual([
      ['/v1/predictions?slices=4&window=-600%2C1500', 'image/png'],
      ['/v1/predictions?maskThreshold=0.3', 'application/dicom'],
    ]);
  });
});

describe('jobs of GroundglassClient', () => {
  const id = '0b0c8a52-7d5d-4c7c-8d3b-0a3e1f6f9a01';
  const job: Job = {
    ...{ id, state: 'running', done: 1, failed: 0, total: 2, leftOut: 0 },
    created: '2026-01-02T03:04:05.000Z',
  };
  const event = (name: string, data: Job) =>
    `id: ${data.done}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

  test('startJob sends files as a form or a folder as JSON, once even when the server is busy', async () => {
    await using server = await serve((response, count) => {
      if (count < 3) json(response, 202, job);
      else json(response, 503, { error: 'busy', code: 'CT_OVERLOADED' });
    });
    const client = new GroundglassClient(server);
    expect(await client.startJob([{ name: 'a.png', data: bytes }], { threshold: 0.3 })).toEqual(
      job,
    );
    expect(await client.startJob({ folder: 'patient-7' })).toEqual(job);
    await expect(client.startJob(bytes)).rejects.toMatchObject({ code: 'CT_OVERLOADED' });
    expect(server.requests).toHaveLength(3);
    const [form, folder] = server.requests;
    expect(form).toMatchObject({ method: 'POST', url: '/v1/jobs?threshold=0.3' });
    expect(form!.headers['content-type']).toContain('multipart/form-data');
    expect(form!.body.toString('latin1')).toContain('filename="a.png"');
    expect(folder!.body.toString()).toBe('{"folder":"patient-7"}');
    expect(folder!.headers['content-type']).toBe('application/json');
  });

  test('watchJob reports progress and reopens a broken stream', async () => {
    const last: Job = { ...job, state: 'done', done: 2 };
    await using server = await serve((response, count) => {
      if (count === 1) {
        response.write(event('progress', job), () => response.destroy());
        return;
      }
      const text = `:\n\n${event('progress', last)}${event('end', last)}`;
      // Cut in the middle of a line, as a network may do.
      response.write(text.slice(0, 40));
      setTimeout(() => response.end(text.slice(40)), 10);
    });
    const seen: number[] = [];
    const onProgress = ({ done }: Job) => seen.push(done);
    expect(await new GroundglassClient(server).watchJob(id, { onProgress })).toEqual(last);
    expect(seen).toEqual([1, 2]);
    expect(server.requests.map(({ url }) => url)).toEqual([
      `/v1/jobs/${id}/events`,
      `/v1/jobs/${id}/events`,
    ]);
  });

  test('watchJob ends with its signal; the job continues', async () => {
    await using server = await serve((response) => {
      response.write(event('progress', job));
    });
    const controller = new AbortController();
    const watching = new GroundglassClient(server).watchJob(id, {
      signal: controller.signal,
      onProgress: () => {
        controller.abort();
      },
    });
    await expect(watching).rejects.toMatchObject({ code: 'CT_CANCELLED' });
    expect(server.requests.map(({ method }) => method)).toEqual(['GET']);
  });

  test('watchJob of a missing job is CT_NOT_FOUND', async () => {
    await using server = await serve((response) => {
      json(response, 404, { error: 'There is no job with this id', code: 'CT_NOT_FOUND' });
    });
    await expect(new GroundglassClient(server).watchJob(id)).rejects.toMatchObject({
      code: 'CT_NOT_FOUND',
    });
  });

  test('jobResults returns the header and one row per file; CSV is returned unchanged', async () => {
    const header = {
      ...{ format: 'groundglass-predictions', version: 1, labels: ['non-covid', 'covid'] },
      ...{ positive: 'covid', threshold: 0.5, manifest: null, time: '2026-01-02T03:04:05Z' },
      model: { name: 'm', version: '1', sha256: 'a'.repeat(64) },
    };
    const row = {
      ...{ path: 'a.png', sha256: 'b'.repeat(64), label: null, withheld: ['NO_LUNG'] },
      ...{ probability: 0.4, lesionFraction: null },
    };
    await using server = await serve((response, count) => {
      if (count === 1) response.end(`${JSON.stringify(header)}\n${JSON.stringify(row)}\n`);
      else response.end(count === 2 ? '' : 'path\r\n');
    });
    const client = new GroundglassClient(server);
    expect(await client.jobResults(id)).toEqual({ header, rows: [row] });
    expect(await client.jobResults(id)).toEqual({ header: undefined, rows: [] });
    expect(await client.jobResultsCsv(id)).toBe('path\r\n');
    expect(server.requests.map(({ headers }) => headers.accept)).toEqual([
      'application/x-ndjson',
      'application/x-ndjson',
      'text/csv',
    ]);
  });

  test('cancelJob keeps the job, removeJob cancels it first', async () => {
    await using server = await serve((response) => {
      json(response, 200, { ...job, state: 'cancelled' });
    });
    const client = new GroundglassClient(server);
    expect(await client.cancelJob(id)).toMatchObject({ state: 'cancelled' });
    await client.removeJob(id);
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST /v1/jobs/${id}/cancel`,
      `POST /v1/jobs/${id}/cancel`,
      `DELETE /v1/jobs/${id}`,
    ]);
  });
});
