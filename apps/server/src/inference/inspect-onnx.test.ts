import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fixtureModels } from './inference.fixture.js';
import { inspectOnnx } from './inspect-onnx.js';

describe('inspectOnnx', () => {
  test('reads the metadata that python3-onnx wrote', async () => {
    const { metadata } = inspectOnnx(
      await readFile(join(fixtureModels, 'lesion-rule/1/model.onnx')),
    );
    expect(Object.fromEntries(metadata)).toEqual({
      name: 'lesion-rule',
      version: '1',
      trained: 'true',
      threshold: '0.5',
      temperature: '1',
    });
  });

  test.each(['initializer', 'constant', 'subgraph', 'function'])(
    'weights outside the model’s folder are refused when they hide in a %s',
    async (place) => {
      const bytes = await readFile(join(fixtureModels, `../refused/external-${place}.onnx`));
      expect(() => inspectOnnx(bytes)).toThrow(
        'Expected external data in the folder of the ONNX file or below it',
      );
    },
  );

  test.each([
    ['nothing', '', 'an empty file'],
    ['text', 'not a model', '11 bytes that are not ONNX or are truncated'],
    ['a picture', '\x89PNG\r\n\x1a\n', '8 bytes that are not ONNX or are truncated'],
    ['a page', '\n<!DOCTYPE html><html>', 'a web page'],
    [
      'a pointer',
      'version https://git-lfs.github.com/spec/v1\noid sha256:0',
      'a pointer of Git LFS',
    ],
    ['an archive', 'PK\x03\x04', 'a zip archive'],
  ])('%s is not ONNX', (_, text, got) => {
    expect(() => inspectOnnx(Buffer.from(text, 'latin1'))).toThrow(
      `Expected an ONNX file, got ${got}`,
    );
  });

  test('names an output that is a sequence, which no request could ask for', () => {
    // Fields of protobuf with a length: ModelProto.graph 7, GraphProto.output 12, ValueInfoProto.name 1 and .type 2,
    // TypeProto.sequence_type 4, whose elem_type is 1.
    const field = (number: number, value: Uint8Array) =>
      Buffer.concat([Buffer.from([(number << 3) | 2, value.length]), value]);
    const type = field(2, field(4, field(1, Buffer.from([0x0a, 0]))));
    const value = Buffer.concat([field(1, Buffer.from('s')), type]);
    expect(() => inspectOnnx(field(7, field(12, value)))).toThrow(
      'Expected "s" to be a tensor, got a value of type sequence',
    );
  });
});
