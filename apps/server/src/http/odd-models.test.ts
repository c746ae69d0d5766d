import { cp, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { OipClient } from '@groundglass/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, startTestServer, type TestServer } from '../server.fixture.js';

const odd = join(import.meta.dirname, '../../fixtures/odd');

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ copied: ['lesion-rule'], models: odd });
});
afterAll(() => server[Symbol.asyncDispose]());

async function index(of: TestServer): Promise<Record<string, { state: string; reason: string }>> {
  const { text } = await ask(`${of.url}/v2/repository/index`, { method: 'POST' });
  const entries = JSON.parse(text) as { name: string; state: string; reason: string }[];
  return Object.fromEntries(entries.map((entry) => [entry.name, entry]));
}

async function infer(model: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const { status, text } = await ask(`${server.url}/v2/models/${model}/infer`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return { status, body: JSON.parse(text) };
}

describe('a model that cannot be served', () => {
  test.each([
    ['newer-opset', /opset 99.*till opset \d+/],
    ['newer-ir', /IR version: 99, max supported IR version: \d+/],
    ['missing-operator', /No Op registered for Foo with domain_version of 17/],
    ['own-operator', /my\.ops:Foo\(-1\) is not a registered function/],
    ['wrong-type', /Type \(tensor\(int64\)\) of output arg \(y\)/],
    ['unknown-rank', /how many dimensions "x" has: give its dims in config.pbtxt/],
    ['graphdef', /got "tensorflow_graphdef"/],
    ['sequence', /sequence_batching: expected a config without it/],
  ])('%s is in the index with the reason', async (name, reason) => {
    const entry = (await index(server))[name]!;
    expect(entry.state).toBe('UNAVAILABLE');
    expect(entry.reason).toMatch(reason);
    expect(entry.reason).not.toMatch(/onnxruntime_src|\/work|\/tmp|\/home/);
  });

  test('does not affect the others, unless readiness is strict', async () => {
    expect((await ask(`${server.url}/v2/health/ready`)).status).toBe(200);
    await using strict = await startTestServer({ models: odd, strictReadiness: true });
    const { status, text } = await ask(`${strict.url}/v2/health/ready`);
    expect([status, text]).toEqual([
      503,
      expect.stringContaining('/v2/repository/index') as string,
    ]);
  });
});

describe('a model that other servers accept', () => {
  test('of text, which fails on zeros, is not warmed up and answers', async () => {
    const inputs = ['INPUT0', 'INPUT1'].map((name, k) => ({
      name,
      datatype: 'BYTES',
      shape: [1, 16],
      data: Array.from({ length: 16 }, (_, i) => String(i * (k + 1))),
    }));
    const { status, body } = await infer('simple_string', { inputs });
    expect(status).toBe(200);
    const { outputs } = body as { outputs: { data: string[] }[] };
    // i + 2i and i - 2i
    expect(outputs.map(({ data }) => data[15])).toEqual(['45', '-15']);
  });

  test('whose every run on zeros fails is served, and the index reports that it is not warm', async () => {
    const { state, reason } = (await index(server))['refuses-zeros']!;
    expect([state, reason]).toEqual([
      'READY',
      expect.stringMatching(/^not warmed up: .*Gather/) as string,
    ]);
  });

  test('with open volume dimensions is warmed up with a small volume', async () => {
    const { status } = await infer('volume', {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1, 1, 1, 2], data: [1, 2] }],
    });
    expect(status).toBe(200);
    // 512 in each dimension would have been half a gigabyte for the input alone.
    const stats = JSON.parse((await ask(`${server.url}/v2/models/volume`)).text) as unknown;
    expect(stats).toMatchObject({ inputs: [{ shape: [-1, 1, -1, -1, -1] }] });
  });

  test('with external weights computes with them', async () => {
    const { body } = await infer('external-data', {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 1, 1, 1] }],
    });
    expect(body).toMatchObject({ outputs: [{ data: [1, 2, 3, 4] }] });
  });

  test('of bfloat16 takes and returns it as binary data, and writes it as JSON', async () => {
    const metadata = JSON.parse((await ask(`${server.url}/v2/models/bfloat16`)).text) as unknown;
    expect(metadata).toMatchObject({
      inputs: [{ name: 'x', datatype: 'BF16', shape: [-1, 2] }],
      outputs: [{ name: 'y', datatype: 'BF16', shape: [-1, 2] }],
    });
    // 1.5 is 0x3fc0 and -2 is 0xc000; doubled 3 is 0x4040 and -4 is 0xc080.
    const client = new OipClient({ baseUrl: server.url });
    const data = Uint16Array.of(0x3fc0, 0xc000);
    const { outputs } = await client.infer({
      model: 'bfloat16',
      inputs: [{ name: 'x', datatype: 'BF16', shape: [1, 2], data }],
    });
    expect(outputs[0]!.data).toEqual(Uint16Array.of(0x4040, 0xc080));
    const { status, body } = await infer('bfloat16', {
      inputs: [{ name: 'x', datatype: 'BF16', shape: [1, 2], data: [1, 2] }],
    });
    expect([status, body]).toEqual([
      400,
      { error: expect.stringContaining('as binary data') as string },
    ]);
  });

  test('whose rank the config gives is checked against it', async () => {
    const ask4 = (shape: number[]) =>
      infer('known-by-config', {
        inputs: [{ name: 'x', datatype: 'FP32', shape, data: [-1, 2, 3, 4] }],
      });
    expect((await ask4([2, 2])).body).toMatchObject({
      outputs: [{ shape: [2, 2], data: [0, 2, 3, 4] }],
    });
    expect(await ask4([4])).toMatchObject({
      status: 400,
      body: { error: 'Expected shape [2, -1] for "x", got [4]' },
    });
  });
});

describe('densenet_onnx of Triton’s quickstart', () => {
  const input = { name: 'data_0', datatype: 'FP32', shape: [3, 2, 2], data: Array(12).fill(0.5) };

  test('accepts the shapes of its config', async () => {
    const metadata = JSON.parse(
      (await ask(`${server.url}/v2/models/densenet_onnx`)).text,
    ) as unknown;
    expect(metadata).toMatchObject({
      inputs: [{ shape: [3, 2, 2] }],
      outputs: [{ shape: [4] }],
    });
    // The mean, 0.5, times 1, 3, 2 and -1.
    expect((await infer('densenet_onnx', { inputs: [input] })).body).toMatchObject({
      outputs: [{ name: 'fc6_1', shape: [4], data: [0.5, 1.5, 1, -0.5] }],
    });
  });

  test('returns its highest classes: the classification extension', async () => {
    const outputs = [{ name: 'fc6_1', parameters: { classification: 2 } }];
    expect((await infer('densenet_onnx', { inputs: [input], outputs })).body).toMatchObject({
      outputs: [
        {
          name: 'fc6_1',
          datatype: 'BYTES',
          shape: [2],
          data: ['1.500000:1:dog', '1.000000:2:lung'],
        },
      ],
    });
  });
});

test('the index lists folders that cannot be models, and links that are broken or lead out', async () => {
  await using own = await startTestServer({
    copied: ['lesion-rule'],
    modelControlMode: 'poll',
    repositoryPollSeconds: 1,
  });
  await mkdir(join(own.root, 'two words'));
  await symlink('/nowhere', join(own.root, 'broken'));
  await symlink(join(odd, 'volume'), join(own.root, 'outside'));
  await cp(join(odd, 'external-data'), join(own.root, 'moved'), { recursive: true });
  await rm(join(own.root, 'moved/1/weights.bin'));
  await symlink(join(odd, 'external-data/1/weights.bin'), join(own.root, 'moved/1/weights.bin'));
  await expect.poll(async () => Object.keys(await index(own)), { timeout: 60_000 }).toHaveLength(5);
  const found = await index(own);
  const reasons = Object.fromEntries(
    Object.entries(found).map(([name, { reason }]) => [name, reason]),
  );
  expect(reasons).toEqual({
    'lesion-rule': '',
    'two words': 'Expected a model name of letters, digits, "_", "-" and "."',
    broken: 'Expected a folder, got a broken link',
    outside: expect.stringContaining('is a link out of the model repository') as string,
    moved: "Expected weights.bin inside the model's own folder, got a link out of it",
  });
});
