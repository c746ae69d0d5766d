import { fileURLToPath } from 'node:url';
import { credentials, loadPackageDefinition, Metadata, status, type Client } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath as healthProto } from 'grpc-health-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, startTestServer, type TestServer } from '../server.fixture.js';

type Call = (request: unknown, metadata?: Metadata) => Promise<Record<string, unknown>>;

/** A client made from the proto files alone, like any other program's. */
function connect(
  address: string,
  service: 'inference' | 'health',
): Record<string, Call> & { close: () => void } {
  const folder = fileURLToPath(new URL('../../proto/', import.meta.url));
  const file = service === 'health' ? healthProto : 'inference.proto';
  const definition = loadSync(file, {
    includeDirs: [folder],
    keepCase: true,
    longs: Number,
    enums: String,
  });
  const loaded = loadPackageDefinition(definition) as unknown as {
    inference: { GRPCInferenceService: new (...args: unknown[]) => Client };
    grpc: { health: { v1: { Health: new (...args: unknown[]) => Client } } };
  };
  const Service =
    service === 'inference' ? loaded.inference.GRPCInferenceService : loaded.grpc.health.v1.Health;
  const client = new Service(address, credentials.createInsecure());
  return new Proxy({ close: () => undefined } as Record<string, Call> & { close: () => void }, {
    get: (_, method: string) =>
      method === 'close'
        ? () => {
            client.close();
          }
        : (request: unknown, metadata = new Metadata()) =>
            new Promise((resolve, reject) => {
              const call = (client as unknown as Record<string, (...args: unknown[]) => void>)[
                method
              ]!;
              call.call(
                client,
                request,
                metadata,
                (error: Error | null, answer: Record<string, unknown>) => {
                  if (error) reject(error);
                  else resolve(answer);
                },
              );
            }),
  });
}

let server: TestServer;
let client: ReturnType<typeof connect>;
beforeAll(async () => {
  server = await startTestServer();
  client = connect(server.grpcAddress!, 'inference');
});
afterAll(async () => {
  client.close();
  await server[Symbol.asyncDispose]();
});

const raw = (values: ArrayLike<number>): Buffer => Buffer.from(Float32Array.from(values).buffer);

describe('inference.GRPCInferenceService', () => {
  test('is live and ready, and so are its models', async () => {
    expect(await client.ServerLive!({})).toEqual({ live: true });
    expect(await client.ServerReady!({})).toEqual({ ready: true });
    expect(await client.ModelReady!({ name: 'echo' })).toEqual({ ready: true });
    expect(await client.ModelReady!({ name: 'absent' })).toEqual({ ready: false });
  });

  test('describes itself, its models and their configuration', async () => {
    expect(await client.ServerMetadata!({})).toMatchObject({ name: 'groundglass' });
    expect(await client.ModelMetadata!({ name: 'lesion-rule' })).toMatchObject({
      name: 'lesion-rule',
      versions: ['1'],
      inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 1, -1, -1] }],
    });
    expect(await client.ModelConfig!({ name: 'lesion-rule' })).toMatchObject({
      config: {
        name: 'lesion-rule',
        max_batch_size: 8,
        input: [{ name: 'image', data_type: 'TYPE_FP32', dims: [1, -1, -1] }],
        version_policy: { latest: { num_versions: 1 } },
      },
    });
  });

  test('infers from raw contents', async () => {
    const answer = await client.ModelInfer!({
      model_name: 'lesion-rule',
      id: 'r1',
      inputs: [{ name: 'image', datatype: 'FP32', shape: [1, 1, 2, 2] }],
      outputs: [{ name: 'logits' }],
      raw_input_contents: [raw([0.5, 0.5, 0.5, 0.5])],
    });
    expect(answer).toMatchObject({
      model_name: 'lesion-rule',
      model_version: '1',
      id: 'r1',
      outputs: [{ name: 'logits', datatype: 'FP32', shape: [1, 2] }],
      raw_output_contents: [raw([-1, 1])],
    });
  });

  test('infers from typed contents', async () => {
    const answer = await client.ModelInfer!({
      model_name: 'echo',
      inputs: [
        {
          name: 'TEXT',
          datatype: 'BYTES',
          shape: [1, 1],
          contents: { bytes_contents: [Buffer.from('hi')] },
        },
        { name: 'WHOLE', datatype: 'INT64', shape: [1, 2], contents: { int64_contents: [-1, 5] } },
        { name: 'FLOAT', datatype: 'FP32', shape: [1, 1], contents: { fp32_contents: [0.25] } },
      ],
    });
    expect(answer.raw_output_contents).toEqual([
      Buffer.from([2, 0, 0, 0, 0x68, 0x69]),
      Buffer.from(BigInt64Array.of(-1n, 5n).buffer),
      raw([0.25]),
    ]);
  });

  test.each<[string, Record<string, unknown>, status, string]>([
    ['a model that is not there', { model_name: 'absent' }, status.NOT_FOUND, 'not loaded'],
    [
      'raw contents of a wrong size',
      { raw_input_contents: [raw([1])] },
      status.INVALID_ARGUMENT,
      'Expected 16 bytes',
    ],
    [
      'raw contents for more inputs',
      { raw_input_contents: [raw([1]), raw([1])] },
      status.INVALID_ARGUMENT,
      'Expected raw contents for 1 inputs',
    ],
    ['no contents', { raw_input_contents: [] }, status.INVALID_ARGUMENT, 'Expected contents'],
    [
      'another type',
      { inputs: [{ name: 'image', datatype: 'FP8', shape: [1] }] },
      status.INVALID_ARGUMENT,
      'data type',
    ],
    [
      'a negative dimension',
      { inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 1, 2, 2] }] },
      status.INVALID_ARGUMENT,
      'whole dimensions',
    ],
    [
      'an overflowing shape',
      { inputs: [{ name: 'image', datatype: 'FP32', shape: [2 ** 40, 2 ** 40, 2, 2] }] },
      status.INVALID_ARGUMENT,
      '2^40',
    ],
  ])('%s is refused with the right status', async (_, change, code, sentence) => {
    const request = {
      model_name: 'lesion-rule',
      inputs: [{ name: 'image', datatype: 'FP32', shape: [1, 1, 2, 2] }],
      raw_input_contents: [raw([0, 0, 0, 0])],
      ...change,
    };
    await expect(client.ModelInfer!(request)).rejects.toMatchObject({
      code,
      details: expect.stringContaining(sentence) as string,
    });
  });

  test('lists the repository, and loads nothing by default', async () => {
    expect(await client.RepositoryIndex!({})).toMatchObject({
      models: [
        { name: 'busy', version: '1', state: 'READY' },
        { name: 'echo' },
        { name: 'lesion-rule' },
      ],
    });
    await expect(client.RepositoryModelUnload!({ model_name: 'echo' })).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
  });

  test('counts statistics', async () => {
    expect(await client.ModelStatistics!({ name: 'lesion-rule' })).toMatchObject({
      model_stats: [
        { name: 'lesion-rule', version: '1', inference_count: expect.any(Number) as number },
      ],
    });
  });
});

test('requires a token, except for health checks', async () => {
  const token = 'a-token-of-the-test';
  await using guarded = await startTestServer({ copied: ['lesion-rule'], token });
  const inference = connect(guarded.grpcAddress!, 'inference');
  const health = connect(guarded.grpcAddress!, 'health');
  await expect(inference.ServerMetadata!({})).rejects.toMatchObject({
    code: status.UNAUTHENTICATED,
  });
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  expect(await inference.ServerMetadata!({}, metadata)).toMatchObject({ name: 'groundglass' });
  expect(await health.Check!({ service: 'inference.GRPCInferenceService' })).toEqual({
    status: 'SERVING',
  });
  await expect(health.Check!({ service: 'other' })).rejects.toMatchObject({
    code: status.NOT_FOUND,
  });
  inference.close();
  health.close();
});

test('loads a model with a configuration that replaces its file, and refuses unknown parameters', async () => {
  await using own = await startTestServer({
    copied: ['lesion-rule'],
    modelControlMode: 'explicit',
  });
  const inference = connect(own.grpcAddress!, 'inference');
  const load = (parameters: Record<string, unknown>) =>
    inference.RepositoryModelLoad!({ model_name: 'lesion-rule', parameters });
  await load({ config: { string_param: '{"max_batch_size": 3}' } });
  expect(await inference.ModelConfig!({ name: 'lesion-rule' })).toMatchObject({
    config: { max_batch_size: 3 },
  });
  for (const wrong of [
    { config: { string_param: '{"max_batch_size": "many"}' } },
    { config: { bool_param: true } },
    { 'file:1/model.onnx': { bytes_param: Buffer.from('x') } },
  ]) {
    await expect(load(wrong)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  }
  // The same over HTTP.
  const http = (parameters: unknown) =>
    ask(`${own.url}/v2/repository/models/lesion-rule/load`, {
      method: 'POST',
      body: JSON.stringify({ parameters }),
    });
  expect((await http({ config: '{"maxBatchSize": 2}' })).status).toBe(200);
  expect(own.services.repository.get('lesion-rule').maxBatchSize).toBe(2);
  expect((await http({ 'file:1/model.onnx': 'x' })).status).toBe(400);
  await load({});
  expect(own.services.repository.get('lesion-rule').maxBatchSize).toBe(8);
  inference.close();
});

test('reflection lists the services and describes them', async () => {
  const proto = fileURLToPath(
    new URL(
      'proto/grpc/reflection/v1/reflection.proto',
      import.meta.resolve('@grpc/reflection/package.json').replace('package.json', 'build/'),
    ),
  );
  const definition = loadSync(proto, { keepCase: true });
  const loaded = loadPackageDefinition(definition) as unknown as {
    grpc: { reflection: { v1: { ServerReflection: new (...args: unknown[]) => Client } } };
  };
  const reflection = new loaded.grpc.reflection.v1.ServerReflection(
    server.grpcAddress!,
    credentials.createInsecure(),
  );
  const stream = (
    reflection as unknown as { ServerReflectionInfo: () => NodeJS.ReadWriteStream }
  ).ServerReflectionInfo();
  const answer = new Promise((resolve) => stream.once('data', resolve));
  stream.write({ list_services: '' } as never);
  expect(await answer).toMatchObject({
    list_services_response: {
      service: expect.arrayContaining([{ name: 'inference.GRPCInferenceService' }]) as unknown,
    },
  });
  stream.end();
  reflection.close();
});

test('tells health watchers that the server stops, and does not wait for them', async () => {
  const own = await startTestServer({ copied: ['lesion-rule'], drainSeconds: 60 });
  const loaded = loadPackageDefinition(loadSync(healthProto, { enums: String })) as unknown as {
    grpc: { health: { v1: { Health: new (...args: unknown[]) => Client } } };
  };
  const health = new loaded.grpc.health.v1.Health(own.grpcAddress!, credentials.createInsecure());
  const stream = (
    health as unknown as { Watch: (request: unknown) => NodeJS.ReadableStream }
  ).Watch({
    service: '',
  });
  const seen: string[] = [];
  stream.on('data', ({ status: each }: { status: string }) => seen.push(each));
  stream.on('error', () => undefined);
  await expect.poll(() => seen.at(-1)).toBe('SERVING');
  const started = performance.now();
  await own[Symbol.asyncDispose]();
  expect(performance.now() - started).toBeLessThan(30_000);
  expect(seen.slice(-2)).toEqual(['SERVING', 'NOT_SERVING']);
  health.close();
});
