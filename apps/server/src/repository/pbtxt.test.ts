import { describe, expect, test } from 'vitest';
import { parseModelConfig } from './model-config.js';
import { Identifier, parsePbtxt } from './pbtxt.js';

describe('parsePbtxt', () => {
  test('reads scalars, enums, adjacent strings, lists, both kinds of messages and comments', () => {
    const text = `
      # a comment
      name: "one" 'two'   size: -1.5e1, flag: true; kind: KIND_CPU
      dims: [ 1, -1 ] dims: 0x10
      inner { value: 2f } inner < value: 3 >
      list [ { a: 1 }, { a: 2 } ]
      quoted: "a\\"b\\n"
    `;
    expect(parsePbtxt(text).fields).toEqual({
      name: ['onetwo'],
      size: [-15],
      flag: [true],
      kind: [new Identifier('KIND_CPU')],
      dims: [1, -1, 16],
      inner: [{ fields: { value: [2] } }, { fields: { value: [3] } }],
      list: [{ fields: { a: [1] } }, { fields: { a: [2] } }],
      quoted: ['a"b\n'],
    });
  });

  test.each([
    ['a: ', 1],
    ['a: 1\nb', 2],
    ['a {', 1],
    ['a: [1 2]', 1],
    ['a: 1\n\n}', 3],
    ['"a": 1', 1],
    ['a: @', 1],
    ['a {'.repeat(40), 1],
  ])('%j is refused with its line', (text, line) => {
    expect(() => parsePbtxt(text)).toThrow(`config.pbtxt, line ${line}: expected`);
  });
});

describe('parseModelConfig', () => {
  test('reads what Triton reads and names what it leaves alone', () => {
    const config = parseModelConfig(`
      backend: "onnxruntime" max_batch_size: 4
      input [ { name: "image" data_type: TYPE_FP32 dims: [ 1, -1, -1 ] } ]
      instance_group [ { count: 2 kind: KIND_CPU } ]
      dynamic_batching { preferred_batch_size: [ 2, 4 ] max_queue_delay_microseconds: 100 }
      version_policy: { specific { versions: 3 } }
      parameters { key: "threads" value: { string_value: "2" } }
      model_warmup [ { name: "w" batch_size: 2 inputs { key: "image" value: { data_type: TYPE_FP32 dims: [1, 8, 8] zero_data: true } } } ]
      optimization { cuda { graphs: true } }
    `);
    expect(config).toMatchObject({
      max_batch_size: 4,
      input: [{ name: 'image', data_type: 'TYPE_FP32', dims: [1, -1, -1] }],
      instance_group: [{ count: 2 }],
      dynamic_batching: { preferred_batch_size: [2, 4] },
      version_policy: { specific: { versions: [3] } },
      parameters: { threads: { string_value: '2' } },
      model_warmup: [{ batch_size: 2, inputs: { image: { dims: [1, 8, 8] } } }],
      ignored: ['optimization'],
    });
  });

  test('an empty file means the newest version of an ONNX model', () => {
    expect(parseModelConfig('')).toMatchObject({
      default_model_filename: 'model.onnx',
      version_policy: { latest: { num_versions: 1 } },
    });
  });
});
