import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildJcs } from '../models/jcs.js';
import { importBackbone } from './import-backbone.js';
import { readSafetensors, SafetensorsError, writeSafetensors } from './safetensors.js';

/** The format's own layout: length, header, data. */
function file(header: unknown, data: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

describe('safetensors', () => {
  test('survive a round trip, with their metadata', () => {
    const tensors = new Map([
      ['a', { shape: [2, 2], data: Float32Array.of(1, -2, 3.5, 0) }],
      ['b', { shape: [], data: Float32Array.of(7) }],
    ]);
    const back = readSafetensors(writeSafetensors(tensors, { epoch: '3' }));
    expect(back.tensors).toEqual(tensors);
    expect(back.metadata).toEqual({ epoch: '3' });
  });

  test('of half precision are widened: 1, −2, the largest, the smallest and infinity', () => {
    const halves = Uint8Array.from([0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x01, 0x00, 0x00, 0x7c]);
    const { tensors } = readSafetensors(
      file({ x: { dtype: 'F16', shape: [5], data_offsets: [0, 10] } }, halves),
    );
    expect([...tensors.get('x')!.data]).toEqual([1, -2, 65504, 2 ** -24, Infinity]);
  });

  test('of bfloat16 are the upper half of a float', () => {
    const { tensors } = readSafetensors(
      file(
        { x: { dtype: 'BF16', shape: [2], data_offsets: [0, 4] } },
        Uint8Array.of(0x80, 0x3f, 0x20, 0xc0),
      ),
    );
    expect([...tensors.get('x')!.data]).toEqual([1, -2.5]);
  });

  test.each([
    ['too short', new Uint8Array(4), 'Expected at least 8 bytes, got 4'],
    ['a header past the end', Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 0), 'it says 255'],
    [
      'no JSON',
      file('x', new Uint8Array()).map((b, i) => (i >= 8 ? 0x7b : b)),
      'Expected a JSON header',
    ],
    [
      'a range outside',
      file({ x: { dtype: 'F32', shape: [9], data_offsets: [0, 36] } }, new Uint8Array(4)),
      'a range inside the file for "x"',
    ],
    [
      'another number of bytes',
      file({ x: { dtype: 'F32', shape: [2], data_offsets: [0, 4] } }, new Uint8Array(4)),
      'Expected 8 bytes for "x", got 4',
    ],
    [
      'a type that is not read',
      file({ x: { dtype: 'I8', shape: [1], data_offsets: [0, 1] } }, new Uint8Array(1)),
      'got I8',
    ],
  ])('with %s are refused', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(SafetensorsError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });
});

const weights = [
  process.env.GROUNDGLASS_DATA,
  join(import.meta.dirname, '../../../../../shared/data'),
  join(import.meta.dirname, '../../../../../../shared/data'),
]
  .map((folder) => join(folder ?? '', 'weights/mobilenet_v2_imagenet.safetensors'))
  .find((path) => existsSync(path));
if (weights === undefined)
  console.warn(
    'Skipped: importing MobileNetV2. Name the data folder in GROUNDGLASS_DATA to run it.',
  );

test.skipIf(weights === undefined)(
  'ImageNet weights of MobileNetV2 fill every variable of the backbone',
  () => {
    const { tensors } = readSafetensors(readFileSync(weights ?? ''));
    const imported = importBackbone('mobilenet-v2', tensors);
    const { graph } = buildJcs({
      backbone: 'mobilenet-v2',
      outputStride: 16,
      asppChannels: 8,
      asppRates: [6],
      dropout: 0,
      imageSize: 64,
      mean: 0.5,
      deviation: 0.5,
    });
    for (const { variable } of graph.variables.values()) {
      if (!variable.name.startsWith('backbone.')) continue;
      expect(imported.get(variable.name)?.shape, variable.name).toEqual(variable.shape);
    }
  },
);
