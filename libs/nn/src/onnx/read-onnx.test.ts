import onnxProto from 'onnx-proto';
import { expect, test } from 'vitest';
import { OnnxEmitter } from './onnx-emitter.js';
import { OnnxError, readOnnx } from './read-onnx.js';
import { writeOnnx } from './write-onnx.js';

const { ModelProto, TensorProto } = onnxProto.onnx;

test('a written file reads back: weights, ports, ops and text entries', () => {
  const emit = new OnnxEmitter();
  emit.weight('w', [2, 2], Float32Array.of(1, -2, 3.5, 0));
  const product = emit.matmul('x', 'w');
  emit.named('y', 'Relu', [emit.reshape(product, [-1, 2])]);
  const file = readOnnx(
    writeOnnx({
      name: 'small',
      graph: emit,
      inputs: [{ name: 'x', shape: ['N', 2] }],
      outputs: [{ name: 'y', shape: ['N', 2] }],
      metadata: { threshold: '0.5' },
    }),
  );
  expect(file).toMatchObject({
    producer: 'groundglass',
    opset: 18,
    ops: ['MatMul', 'Reshape', 'Relu'],
  });
  expect(file.inputs).toEqual([{ name: 'x', shape: ['N', 2] }]);
  expect(file.outputs).toEqual([{ name: 'y', shape: ['N', 2] }]);
  expect(file.metadata).toEqual(new Map([['threshold', '0.5']]));
  // The shape that Reshape reads is an initializer too, but no weight.
  expect(file.weights).toEqual(
    new Map([['w', { shape: [2, 2], data: Float32Array.of(1, -2, 3.5, 0) }]]),
  );
});

test('halves and values that are listed instead of packed are read', () => {
  const { FLOAT, FLOAT16, DOUBLE } = TensorProto.DataType;
  const bytes = ModelProto.encode({
    irVersion: 8,
    graph: {
      initializer: [
        { name: 'listed', dataType: FLOAT, dims: [2], floatData: [1.5, -2] },
        { name: 'double', dataType: DOUBLE, dims: [1], doubleData: [0.25] },
        { name: 'half', dataType: FLOAT16, dims: [2], rawData: Uint8Array.of(0, 0x3c, 0, 0xc0) },
        { name: 'listed half', dataType: FLOAT16, dims: [1], int32Data: [0x3c00] },
      ],
    },
  }).finish();
  const { weights } = readOnnx(bytes);
  expect([...weights].map(([name, { data }]) => [name, [...data]])).toEqual([
    ['listed', [1.5, -2]],
    ['double', [0.25]],
    ['half', [1, -2]],
    ['listed half', [1]],
  ]);
});

test.each([
  ['no protocol buffer', new TextEncoder().encode('GIF89a, or so'), 'not a protocol buffer'],
  ['nothing', new Uint8Array(), 'it has no graph'],
])('%s is refused', (_, bytes, message) => {
  expect(() => readOnnx(bytes)).toThrow(OnnxError);
  expect(() => readOnnx(bytes)).toThrow(message);
});

test('a tensor with fewer values than its shape is refused', () => {
  const bytes = ModelProto.encode({
    irVersion: 8,
    graph: { initializer: [{ name: 'w', dataType: 1, dims: [3], floatData: [1] }] },
  }).finish();
  expect(() => readOnnx(bytes).weights).toThrow('Expected 3 values for "w", got 1');
});
