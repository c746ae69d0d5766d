import { describe, expect, test } from 'vitest';
import { parseJsonModelConfig, parseModelConfig } from './model-config.js';

describe('parseModelConfig', () => {
  test('reads what Triton reads and names what has no effect here', () => {
    const config = parseModelConfig(`
      # comments, adjacent strings, both kinds of lists
      backend: "onnx" 'runtime' max_batch_size: 4
      input [ { name: "image" data_type: TYPE_FP32 format: FORMAT_NCHW dims: [ 1, -1 ] dims: -1 } ]
      instance_group [ { count: 2 kind: KIND_CPU gpus: [ 0 ] } ]
      dynamic_batching { preferred_batch_size: [ 2, 4 ] max_queue_delay_microseconds: 100 }
      version_policy: { specific { versions: 3 } }
      parameters { key: "aggregation" value: { string_value: "max" } }
      parameters { key: "threads" value: { string_value: "2" } }
      model_warmup [ { name: "w" batch_size: 2 inputs { key: "image" value: { data_type: TYPE_FP32 dims: [1, 8, 8] random_data: true } } } ]
      optimization { cuda { graphs: true } }
    `);
    expect(config).toMatchObject({
      backend: 'onnxruntime',
      max_batch_size: 4,
      input: [{ name: 'image', data_type: 'TYPE_FP32', dims: [1, -1, -1] }],
      instance_group: [{ count: 2 }],
      version_policy: { specific: { versions: [3] } },
      parameters: { aggregation: { string_value: 'max' } },
      model_warmup: [{ batch_size: 2, inputs: { image: { dims: [1, 8, 8] } } }],
    });
    expect([...config.ignored].sort()).toEqual([
      'dynamic_batching.max_queue_delay_microseconds',
      'dynamic_batching.preferred_batch_size',
      'input.format',
      'instance_group.gpus',
      'model_warmup.inputs.random_data',
      'optimization',
      'parameters.threads',
    ]);
  });

  test('an empty file means the newest version of an ONNX model', () => {
    expect(parseModelConfig('')).toMatchObject({
      default_model_filename: 'model.onnx',
      version_policy: { latest: { num_versions: 1 } },
      ignored: [],
    });
  });

  test.each([
    ['max_batch_size: "many"', 'integer'],
    ['max_batch_size 8 {{', 'config.pbtxt cannot be read'],
    ['name: "one\n', 'line 1'],
    ['max_batch_size: 1\nmax_batchsize: 2', "unknown field 'max_batchsize' (line 2)"],
    ['input { name: "x" data_type: TYPE_FP99 dims: 1 }', 'data_type'],
    ['sequence_batching { }', 'sequence_batching: expected a config without it'],
    ['ensemble_scheduling { }', 'ensemble_scheduling'],
    ['model_transaction_policy { decoupled: true }', 'exactly one answer'],
    ['platform: "tensorflow_savedmodel"', 'got "tensorflow_savedmodel"'],
    ['backend: "python"', 'expected backend onnxruntime, the only one here, got "python"'],
    ['instance_group { count: 1000 }', 'instance_group.0.count'],
  ])('%j is refused by what is wrong', (text, sentence) => {
    expect(() => parseModelConfig(text)).toThrow(sentence);
  });

  test('an empty value counts as not set', () => {
    expect(parseModelConfig('model_transaction_policy { decoupled: false }').ignored).toEqual([
      'model_transaction_policy',
    ]);
  });
});

describe('parseJsonModelConfig', () => {
  test('takes both spellings of the JSON form of protobuf', () => {
    const text =
      '{"maxBatchSize": 2, "input": [{"name": "x", "data_type": "TYPE_BF16", "dims": ["1", -1]}]}';
    expect(parseJsonModelConfig(text)).toMatchObject({
      max_batch_size: 2,
      input: [{ name: 'x', data_type: 'TYPE_BF16', dims: [1, -1] }],
    });
  });

  test.each(['{', '[]', '{"maxBatch": 1}', '{"max_batch_size": "x"}'])('%s is refused', (text) => {
    expect(() => parseJsonModelConfig(text)).toThrow('the given config');
  });
});
