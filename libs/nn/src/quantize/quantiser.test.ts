import onnxProto from 'onnx-proto';
import { afterEach, describe, expect, test } from 'vitest';
import { InferenceSession, Tensor } from '../engine/onnx-runtime.js';
import { exportJcs } from '../models/export-jcs.js';
import { addDistance, exposeFeatures } from '../models/feature-distance.js';
import { buildJcs, type JcsConfig } from '../models/jcs.js';
import { OnnxError, readOnnx } from '../onnx/read-onnx.js';
import { OnnxEmitter } from '../onnx/onnx-emitter.js';
import { writeOnnx } from '../onnx/write-onnx.js';
import { initialise } from '../weights/initialise.js';
import { Quantiser } from './quantiser.js';

const { ModelProto } = onnxProto.onnx;

const config: JcsConfig = {
  ...{ backbone: 'mobilenet-v2', outputStride: 16, asppChannels: 8, asppRates: [1] },
  ...{ dropout: 0, imageSize: 64, mean: 0.5, deviation: 0.25 },
};

const size = { rows: 40, columns: 48 };

/** A picture of stripes whose width identifies it. */
function picture(width: number): Float32Array {
  return Float32Array.from(
    { length: size.rows * size.columns },
    (_, at) => 0.5 + 0.4 * Math.sin((at % size.columns) / width) * Math.cos(at / 97),
  );
}

interface ModelOptions {
  flip?: boolean;
  precision?: 'float32' | 'float16';
}

function model({ flip = false, precision = 'float32' }: ModelOptions = {}): Uint8Array {
  const weights = initialise(buildJcs(config).graph, 3);
  const about = { name: 'm', version: '1', trained: false, threshold: 0.5, temperature: 1 };
  return exportJcs(
    [{ config, weights }],
    { ...about, trainingData: 'none', crop: 'none' },
    { flip, precision },
  );
}

async function run(bytes: Uint8Array, pixels: Float32Array): Promise<Record<string, number[]>> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 4 });
  const outputs = await session.run({
    image: new Tensor('float32', pixels, [1, 1, size.rows, size.columns]),
  });
  await session.release();
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { data }]) => [name, [...(data as Float32Array)]]),
  );
}

const open: Quantiser[] = [];
afterEach(async () => {
  for (const quantiser of open.splice(0)) await quantiser.close();
});

async function quantised(bytes: Uint8Array, metadata = {}): Promise<Uint8Array> {
  const quantiser = await Quantiser.create(bytes);
  open.push(quantiser);
  for (let width = 2; width < 10; width++) await quantiser.observe(picture(width), size);
  return quantiser.quantise(metadata);
}

/** Mean distance of two lists, as a share of the spread of the first. */
function difference(a: readonly number[] = [], b: readonly number[] = []): number {
  expect(a).toHaveLength(b.length);
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const centre = mean(a);
  return (
    mean(a.map((value, at) => Math.abs(value - b[at]!))) /
    mean(a.map((value) => Math.abs(value - centre)))
  );
}

describe.each([
  { flip: false, precision: 'float32' as const },
  { flip: true, precision: 'float16' as const },
])('a quantised model (mirrored: $flip, stored as $precision)', (options) => {
  test('answers like the float model on a picture that was not used for calibration', async () => {
    const bytes = model(options);
    const [before, after] = [
      await run(bytes, picture(3.5)),
      await run(await quantised(bytes), picture(3.5)),
    ];
    expect(Math.abs(before.probability![0]! - after.probability![0]!)).toBeLessThan(0.03);
    // The weights are random: of a trained model the rest is smaller.
    expect(difference(before.mask, after.mask)).toBeLessThan(0.5);
    // And is not the float model itself.
    expect(difference(before.mask, after.mask)).toBeGreaterThan(0);
  });

  test('stores every convolution’s weights in 8 bits', async () => {
    const { graph } = ModelProto.decode(await quantised(model(options)));
    const nodes = graph!.node!;
    const convolutions = nodes.filter(({ opType }) => opType === 'Conv');
    expect(convolutions.length).toBeGreaterThan(50);
    const makers = new Map(nodes.flatMap((node) => node.output!.map((name) => [name, node])));
    for (const { input } of convolutions)
      expect(input!.map((name) => makers.get(name)?.opType)).toEqual(
        input!.map(() => 'DequantizeLinear'),
      );
    const { INT8 } = onnxProto.onnx.TensorProto.DataType;
    const large = graph!.initializer!.filter(({ rawData }) => (rawData?.length ?? 0) > 4096);
    expect(large.filter(({ dataType }) => dataType !== INT8)).toEqual([]);
  });
});

test('a convolution done by hand: neighbours add up to 127 steps, the bias corrected by the mean rounding error', async () => {
  const emit = new OnnxEmitter();
  // One input channel, two of output. Their neighbours add up to 1.1 and 3. 1 and 0.1 are 115.45 and
  // 11.55 steps of 1.1/127, rounded to 115 and 12; -2 and 1 are -84.67 and 42.33 steps of 3/127, rounded to -85 and 42.
  const weight = emit.weight('w', [2, 1, 1, 2], Float32Array.of(1, 0.1, -2, 1));
  emit.named('y', 'Conv', ['image', weight, emit.weight('b', [2], Float32Array.of(0, 0.5))]);
  const bytes = writeOnnx({
    name: 'by hand',
    graph: emit,
    inputs: [{ name: 'image', shape: ['N', 1, 'H', 'W'] }],
    outputs: [{ name: 'y', shape: ['N', 2, 'H', 'W'] }],
    metadata: { a: 'kept', b: 'replaced' },
  });
  const quantiser = await Quantiser.create(bytes);
  open.push(quantiser);
  // The range that nine of ten pictures stay within is 0 to 1; the channel's mean is (0.25 + 0.75) / 2.
  await quantiser.observe(Float32Array.of(0, 0.5), { rows: 1, columns: 2 });
  await quantiser.observe(Float32Array.of(0.5, 1), { rows: 1, columns: 2 });
  const file = quantiser.quantise({ b: 'new' });
  const constants = new Map(
    ModelProto.decode(file).graph!.initializer!.map(({ name, rawData }) => [
      name!.replace(/^.*\.(?=bias)/, ''),
      Uint8Array.from(rawData!),
    ]),
  );
  const floats = (name: string) => [...new Float32Array(constants.get(name)!.buffer)];
  expect([...new Int8Array(constants.get('w.integers')!.buffer)]).toEqual([115, 12, -85, 42]);
  expect(floats('w.scales')[0]).toBeCloseTo(1.1 / 127, 7);
  expect(floats('w.scales')[1]).toBeCloseTo(3 / 127, 7);
  expect(floats('image.scale')[0]).toBeCloseTo(1 / 255, 7);
  // Rounding adds 115 + 12 - 127 = 0 steps to the first channel's weights together and -85 + 42 + 42.33 to the second's, times the mean 0.5.
  const steps = [1.1, 3].map((pair) => (1 / 255) * (pair / 127));
  const biases = [...new Int32Array(constants.get('bias.integers')!.buffer)];
  expect(Math.abs(biases[0]!)).toBeLessThan(1);
  const added = (-85 + 42 + 127 / 3) * (3 / 127) * 0.5;
  // The scales are floats of 32 bits.
  expect(Math.abs(biases[1]! - (0.5 - added) / steps[1]!)).toBeLessThan(1);
  expect(readOnnx(file).metadata).toEqual(
    new Map([
      ['a', 'kept'],
      ['b', 'new'],
    ]),
  );
});

test.each([
  ['all weights', () => 1],
  ['the weights of every other channel', (input: number) => (input + 1) % 2],
  ['the weights of every other position', (_: number, tap: number) => (tap + 1) % 2],
])('the largest sums, of %s, are right on processors without VNNI too', async (_, weightAt) => {
  const emit = new OnnxEmitter();
  let last = 'image';
  const convolve = (dims: [number, number, number, number], group = 1) => {
    const [outputs, inputs, rows, columns] = dims;
    const taps = rows * columns;
    // Each weight that is not zero is the largest; a picture of ones has the largest activations.
    const weights = Float32Array.from({ length: outputs * inputs * taps }, (_, at) =>
      weightAt(Math.floor(at / taps) % inputs, at % taps),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0) / outputs;
    weights.forEach((weight, at) => (weights[at] = weight / sum));
    last = emit.node('Conv', [last, emit.weight(`w${last}`, dims, weights)], { group });
  };
  convolve([16, 1, 1, 1]);
  convolve([16, 16, 1, 1]);
  convolve([16, 1, 3, 3], 16);
  convolve([1, 16, 3, 3]);
  emit.named('y', 'Relu', [last]);
  const bytes = writeOnnx({
    name: 'sums',
    graph: emit,
    inputs: [{ name: 'image', shape: ['N', 1, 'H', 'W'] }],
    outputs: [{ name: 'y', shape: ['N', 1, 'H', 'W'] }],
    metadata: {},
  });
  const quantiser = await Quantiser.create(bytes);
  open.push(quantiser);
  const ones = new Float32Array(size.rows * size.columns).fill(1);
  await quantiser.observe(ones, size);
  const { y } = await run(quantiser.quantise(), ones);
  // The mean of ones is 1; sums that saturate give about half of it.
  for (const value of y!) expect(value).toBeCloseTo(1, 1);
});

test('the distance can be added again to a quantised model', async () => {
  const bytes = await quantised(model());
  const [before, after] = [
    await run(exposeFeatures(model()), picture(4)),
    await run(exposeFeatures(bytes), picture(4)),
  ];
  const features = after.features!;
  expect(difference(before.features, features)).toBeLessThan(0.1);
  const count = features.length;
  const mean = new Float64Array(count);
  const whitening = Float64Array.from({ length: count * count }, (_, at) =>
    at % (count + 1) === 0 ? 1 : 0,
  );
  const bounded = addDistance(bytes, { mean, whitening, bound: 2 });
  const { distance } = await run(bounded, picture(4));
  expect(distance![0]).toBeCloseTo(Math.hypot(...features) / 2, 4);
  // Also from a model that has the output already, and quantised with it.
  expect((await run(exposeFeatures(bounded), picture(4))).features).toEqual(features);
  const again = await quantised(addDistance(model(), { mean, whitening, bound: 2 }));
  expect((await run(again, picture(4))).distance![0]).toBeCloseTo(distance![0]!, 1);
});

test('an unsuitable model is refused', async () => {
  await expect(Quantiser.create(Uint8Array.of(1, 2, 3))).rejects.toThrow(OnnxError);
  await expect(quantised(await quantised(model()))).rejects.toThrow('already quantised');
  const quantiser = await Quantiser.create(model());
  open.push(quantiser);
  expect(() => quantiser.quantise()).toThrow('Expected pictures to be observed');
});
