import { OipClient } from '@groundglass/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectedProbability } from '../inference/inference.fixture.js';
import { echoInputs, image, wrongInferRequests } from './infer-requests.fixture.js';
import { ask, startTestServer, type Answer, type TestServer } from '../server.fixture.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ modelControlMode: 'explicit' });
});
afterAll(() => server[Symbol.asyncDispose]());

const get = async (path: string): Promise<unknown> =>
  JSON.parse((await ask(`${server.url}/v2${path}`)).text) as unknown;
const post = (path: string, body: unknown, headers = {}): Promise<Answer> =>
  ask(`${server.url}/v2${path}`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
const infer = (model: string, body: unknown, headers = {}): Promise<Answer> =>
  post(`/models/${model}/infer`, body, headers);

describe('health and metadata', () => {
  test('live and ready answer with a status that a probe reads', async () => {
    expect((await ask(`${server.url}/v2/health/live`)).status).toBe(200);
    expect((await ask(`${server.url}/v2/health/ready`)).status).toBe(200);
    expect((await ask(`${server.url}/v2/models/echo/ready`)).status).toBe(200);
    expect((await ask(`${server.url}/v2/models/absent/ready`)).status).toBe(404);
  });

  test('the models are listed by name', async () => {
    expect(await get('/models')).toEqual({ models: ['busy', 'echo', 'lesion-rule'] });
  });

  test('the server names itself and its extensions', async () => {
    expect(await get('')).toMatchObject({
      name: 'groundglass',
      extensions: expect.arrayContaining(['binary_tensor_data', 'statistics']) as string[],
    });
  });

  test('a model’s metadata has its tensors, with -1 for open dimensions', async () => {
    const expected = {
      name: 'lesion-rule',
      versions: ['1'],
      platform: 'onnxruntime_onnx',
      inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 1, -1, -1] }],
      outputs: [
        { name: 'probability', datatype: 'FP32', shape: [-1, 1] },
        { name: 'logits', datatype: 'FP32', shape: [-1, 2] },
        { name: 'mask', datatype: 'FP32', shape: [-1, 1, 32, 32] },
      ],
    };
    expect(await get('/models/lesion-rule')).toEqual(expected);
    expect(await get('/models/lesion-rule/versions/1')).toEqual(expected);
  });

  test('a model’s config has what config.pbtxt says, completed from the model', async () => {
    expect(await get('/models/lesion-rule/config')).toMatchObject({
      name: 'lesion-rule',
      platform: 'onnxruntime_onnx',
      max_batch_size: 8,
      input: [{ name: 'image', data_type: 'TYPE_FP32', dims: [1, -1, -1] }],
      version_policy: { latest: { num_versions: 1 } },
      default_model_filename: 'model.onnx',
    });
    expect(await get('/models/busy/config')).toMatchObject({
      max_batch_size: 0,
      input: [{ name: 'steps', data_type: 'TYPE_INT64', dims: [1] }],
    });
  });
});

describe('infer', () => {
  test('JSON in, JSON out, without a Content-Type, as tritonclient sends it', async () => {
    const { status, text } = await infer('echo', { id: 'a1', inputs: echoInputs });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      model_name: 'echo',
      model_version: '1',
      id: 'a1',
      outputs: [
        { name: 'TEXT_OUT', datatype: 'BYTES', shape: [1, 2], data: ['lung', 'Größe "1"'] },
        { name: 'WHOLE_OUT', datatype: 'INT64', shape: [1, 1], data: [-7] },
        { name: 'FLOAT_OUT', datatype: 'FP32', shape: [1, 3], data: [0.5, -1.25, 1e10] },
      ],
    });
  });

  test('64-bit numbers keep all digits', async () => {
    const client = new OipClient({ baseUrl: server.url });
    const { outputs } = await client.infer({
      model: 'echo',
      inputs: [
        { name: 'TEXT', datatype: 'BYTES', shape: [1, 1], data: [new TextEncoder().encode('x')] },
        {
          name: 'WHOLE',
          datatype: 'INT64',
          shape: [1, 2],
          data: BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n)),
        },
        { name: 'FLOAT', datatype: 'FP32', shape: [1, 1], data: Float32Array.of(0.1) },
      ],
      outputs: ['WHOLE_OUT', 'FLOAT_OUT'],
    });
    expect(outputs.map(({ name, data }) => [name, data])).toEqual([
      ['WHOLE_OUT', BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n))],
      ['FLOAT_OUT', Float32Array.of(0.1)],
    ]);
  });

  test('some outputs binary and some JSON, as the request says', async () => {
    const { headers, text } = await infer('lesion-rule', {
      inputs: [
        { name: 'image', datatype: 'FP32', shape: [1, 1, 2, 2], data: [0.5, 0.5, 0.5, 0.5] },
      ],
      outputs: [
        { name: 'logits', parameters: { binary_data: false } },
        { name: 'probability', parameters: { binary_data: true } },
      ],
    });
    const length = Number(headers['inference-header-content-length']);
    expect(JSON.parse(text.slice(0, length))).toMatchObject({
      outputs: [
        { name: 'logits', data: [-1, 1] },
        { name: 'probability', shape: [1, 1], parameters: { binary_data_size: 4 } },
      ],
    });
    expect(headers['content-length']).toBe(String(length + 4));
  });

  test('scoreSlice of the client gives probability and mask of a slice', async () => {
    const score = await new OipClient({ baseUrl: server.url }).scoreSlice('lesion-rule', {
      data: new Float32Array(600).fill(0.45),
      shape: [1, 20, 30],
    });
    expect(score.probability).toBeCloseTo(expectedProbability(0.45), 5);
    expect([score.mask.columns, score.mask.rows, score.mask.data.length]).toEqual([32, 32, 1024]);
  });

  test('a picture of many megabytes goes through files and comes back intact', async () => {
    const score = await new OipClient({ baseUrl: server.url }).scoreSlice('lesion-rule', {
      data: new Float32Array(2000 * 1500).fill(0.55),
      shape: [1, 1500, 2000],
    });
    expect(score.probability).toBeCloseTo(expectedProbability(0.55), 5);
  });

  test('long JSON is read and written off the event loop, with the same answer', async () => {
    const values = Array.from({ length: 40_000 }, (_, index) => index / 4);
    const inputs = [
      ...echoInputs.slice(0, 2),
      { name: 'FLOAT', datatype: 'FP32', shape: [1, 40_000], data: values },
    ];
    const { text } = await infer('echo', { inputs, outputs: [{ name: 'FLOAT_OUT' }] });
    const [output] = (JSON.parse(text) as { outputs: { data: number[] }[] }).outputs;
    expect(output!.data).toEqual(values);
  });

  test.each(wrongInferRequests)(
    '%s is a 400 that says what was expected',
    async (_, model, body, sentence) => {
      const { status, text } = await infer(model, body);
      expect(status).toBe(400);
      expect(JSON.parse(text)).toEqual({ error: expect.stringContaining(sentence) as string });
    },
  );

  test.each([
    ['more binary data than the inputs declare', '{"inputs":[]}', 13, 'inputs'],
    ['a header longer than the body', '{}', 99, 'Expected 99 bytes of JSON'],
    ['a header length that is not a number', '{}', 'many', 'Expected a whole number'],
  ])('%s is refused', async (_, body, length, sentence) => {
    const headers = { 'inference-header-content-length': length };
    const { status, text } = await infer('lesion-rule', `${body}binary`, headers);
    expect([status, text]).toEqual([400, expect.stringContaining(sentence)]);
  });

  test('bytes after the declared binary data are refused', async () => {
    const header = JSON.stringify({
      inputs: [
        {
          name: 'image',
          datatype: 'FP32',
          shape: [1, 1, 1, 1],
          parameters: { binary_data_size: 4 },
        },
      ],
    });
    const headers = { 'inference-header-content-length': header.length };
    const { status, text } = await infer('lesion-rule', `${header}123456`, headers);
    expect([status, JSON.parse(text)]).toEqual([
      400,
      { error: 'Expected 4 bytes of binary data for the declared inputs, got 6' },
    ]);
  });

  test('an unknown model is a 404 with only the error', async () => {
    const { status, text } = await infer('absent', { inputs: [image] });
    expect([status, JSON.parse(text)]).toEqual([
      404,
      { error: 'Expected a loaded model, "absent" is not loaded' },
    ]);
  });
});

test('an unknown model is reported before errors in the body', async () => {
  const { status, text } = await infer('absent', 'no JSON');
  expect([status, JSON.parse(text)]).toEqual([
    404,
    { error: 'Expected a loaded model, "absent" is not loaded' },
  ]);
});

describe('repository', () => {
  const index = async (body: unknown = ''): Promise<unknown> =>
    JSON.parse((await post('/repository/index', body)).text) as unknown;

  test('a model is unloaded and loaded on demand', async () => {
    expect((await post('/repository/models/echo/unload', '')).status).toBe(200);
    expect(await index()).toContainEqual({
      name: 'echo',
      version: '',
      state: 'UNAVAILABLE',
      reason: 'unloaded',
    });
    expect(await index({ ready: true })).not.toContainEqual(
      expect.objectContaining({ name: 'echo' }),
    );
    expect((await infer('echo', { inputs: echoInputs })).status).toBe(404);
    expect(
      (await post('/repository/models/echo/load', { parameters: { unload_dependents: false } }))
        .status,
    ).toBe(200);
    expect((await infer('echo', { inputs: echoInputs })).status).toBe(200);
    expect((await post('/repository/models/absent/load', '')).status).toBe(404);
    expect((await post('/repository/models/absent/unload', '')).status).toBe(404);
    expect((await post(`/repository/models/${encodeURIComponent('../x')}/load`, '')).status).toBe(
      404,
    );
  });

  test('loading and unloading are off by default', async () => {
    await using plain = await startTestServer({ copied: ['lesion-rule'] });
    for (const action of ['load', 'unload']) {
      const url = `${plain.url}/v2/repository/models/lesion-rule/${action}`;
      expect((await ask(url, { method: 'POST' })).status).toBe(403);
    }
    expect((await ask(`${plain.url}/v2/models/lesion-rule/ready`)).status).toBe(200);
  });
});

test('statistics count requests, rows and batches', async () => {
  await using fresh = await startTestServer({ copied: ['lesion-rule'] });
  const client = new OipClient({ baseUrl: fresh.url });
  const image = {
    name: 'image',
    datatype: 'FP32',
    shape: [3, 1, 2, 2],
    data: new Float32Array(12),
  } as const;
  await client.infer({ model: 'lesion-rule', inputs: [image] });
  await client.infer({ model: 'lesion-rule', inputs: [image] });
  const body = { inputs: [{ name: 'image', datatype: 'FP32', shape: [1, 1, 1, 1], data: [0] }] };
  await ask(`${fresh.url}/v2/models/lesion-rule/infer`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  const { text } = await ask(`${fresh.url}/v2/models/lesion-rule/stats`);
  const [stats] = (JSON.parse(text) as { model_stats: Record<string, unknown>[] }).model_stats;
  const counted = (count: number) => ({ count, ns: expect.any(Number) as number });
  expect(stats).toMatchObject({
    name: 'lesion-rule',
    version: '1',
    inference_count: 7,
    execution_count: 3,
    inference_stats: {
      success: counted(3),
      fail: { count: 0, ns: 0 },
      queue: counted(3),
      compute_infer: counted(3),
    },
    batch_stats: [
      { batch_size: 1, compute_infer: counted(1) },
      { batch_size: 3, compute_infer: counted(2) },
    ],
  });
  const all = JSON.parse((await ask(`${fresh.url}/v2/models/stats`)).text) as {
    model_stats: unknown[];
  };
  expect(all.model_stats).toHaveLength(1);
});
