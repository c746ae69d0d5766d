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
        "Expected external data inside the model's own folder",
      );
    },
  );

  test.each([
    ['nothing', ''],
    ['text', 'not a model'],
    ['a picture', '\x89PNG\r\n\x1a\n'],
  ])('%s is not ONNX', (_, text) => {
    expect(() => inspectOnnx(Buffer.from(text, 'latin1'))).toThrow(/Expected an ONNX file/);
  });
});
