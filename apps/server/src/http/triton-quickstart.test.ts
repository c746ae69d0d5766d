import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, startTestServer, type TestServer } from '../server.fixture.js';

/** The models of Triton's quickstart, from `fixtures/make-quickstart-models.py`. */
const quickstart = join(import.meta.dirname, '../../fixtures/quickstart');

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ copied: [], models: quickstart });
});
afterAll(() => server[Symbol.asyncDispose]());

async function infer(model: string, body: unknown): Promise<unknown> {
  const { text } = await ask(`${server.url}/v2/models/${model}/infer`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return JSON.parse(text);
}

const sixteen = (value: (index: number) => number): number[] =>
  Array.from({ length: 16 }, (_, index) => value(index));

test('the index lists each as ready or with one sentence that says why not', async () => {
  const { text } = await ask(`${server.url}/v2/repository/index`, { method: 'POST' });
  const entries = JSON.parse(text) as { name: string; state: string; reason: string }[];
  expect(
    Object.fromEntries(entries.map(({ name, state, reason }) => [name, [state, reason]])),
  ).toEqual({
    simple: ['READY', ''],
    simple_int8: ['READY', ''],
    simple_string: ['READY', ''],
    densenet_onnx: ['READY', expect.stringMatching(/input\.format/)],
    inception_onnx: ['READY', expect.stringMatching(/input\.format/)],
    simple_sequence: [
      'UNAVAILABLE',
      'config.pbtxt, sequence_batching: expected a config without it, requests of one sequence would have to stay with one instance',
    ],
    simple_dyna_sequence: [
      'UNAVAILABLE',
      'config.pbtxt, sequence_batching: expected a config without it, requests of one sequence would have to stay with one instance',
    ],
    simple_identity: [
      'UNAVAILABLE',
      'config.pbtxt, backend: expected backend onnxruntime, the only one here, got "python"',
    ],
    inception_graphdef: [
      'UNAVAILABLE',
      'config.pbtxt, platform: expected platform onnxruntime_onnx, the only one here, got "tensorflow_graphdef"',
    ],
    preprocess_resnet50_ensemble: [
      'UNAVAILABLE',
      'config.pbtxt, ensemble_scheduling: expected a config without it, one model cannot call others here',
    ],
  });
});

describe('the simple models give sum and difference', () => {
  test.each([
    ['simple', 'INT32'],
    ['simple_int8', 'INT8'],
  ])('%s', async (model, datatype) => {
    const inputs = [
      { name: 'INPUT0', datatype, shape: [1, 16], data: sixteen((index) => index) },
      { name: 'INPUT1', datatype, shape: [1, 16], data: sixteen(() => 1) },
    ];
    expect(await infer(model, { inputs })).toMatchObject({
      outputs: [
        { name: 'OUTPUT0', datatype, shape: [1, 16], data: sixteen((index) => index + 1) },
        { name: 'OUTPUT1', datatype, shape: [1, 16], data: sixteen((index) => index - 1) },
      ],
    });
  });

  test('simple_string', async () => {
    const texts = (value: (index: number) => number) => sixteen(value).map(String);
    const inputs = [
      { name: 'INPUT0', datatype: 'BYTES', shape: [1, 16], data: texts((index) => index) },
      { name: 'INPUT1', datatype: 'BYTES', shape: [1, 16], data: texts(() => 1) },
    ];
    expect(await infer('simple_string', { inputs })).toMatchObject({
      outputs: [{ data: texts((index) => index + 1) }, { data: texts((index) => index - 1) }],
    });
  });
});

test('the classifiers accept the shapes of their configs and name their classes', async () => {
  // Class i has i over the number of classes.
  const densenet = {
    inputs: [
      { name: 'data_0', datatype: 'FP32', shape: [3, 224, 224], data: Array(150_528).fill(1) },
    ],
    outputs: [{ name: 'fc6_1', parameters: { classification: 1 } }],
  };
  expect(await infer('densenet_onnx', densenet)).toMatchObject({
    outputs: [{ shape: [1], data: ['0.999000:999:class 999'] }],
  });
  const inception = {
    inputs: [
      { name: 'input', datatype: 'FP32', shape: [1, 299, 299, 3], data: Array(268_203).fill(1) },
    ],
    outputs: [{ name: 'InceptionV3/Predictions/Softmax', parameters: { classification: 1 } }],
  };
  expect(await infer('inception_onnx', inception)).toMatchObject({
    outputs: [{ shape: [1, 1], data: ['0.999001:1000:class 1000'] }],
  });
});
