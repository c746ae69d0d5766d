import { describe, expect, test } from 'vitest';
import { InferenceSession, Tensor } from '../engine/onnx-runtime.js';
import { readOnnx } from '../onnx/read-onnx.js';
import { initialise } from '../weights/initialise.js';
import { exportJcs } from './export-jcs.js';
import { addDistance, exposeFeatures } from './feature-distance.js';
import { buildJcs, type JcsConfig } from './jcs.js';

const config: JcsConfig = {
  ...{ backbone: 'mobilenet-v2', outputStride: 16, asppChannels: 8, asppRates: [1] },
  ...{ dropout: 0, imageSize: 64, mean: 0.5, deviation: 0.25 },
};

function model({ flip = false, backbone = config.backbone } = {}): Uint8Array {
  const whole = { ...config, backbone };
  const weights = initialise(buildJcs(whole).graph, 3);
  const about = { name: 'm', version: '1', trained: false, threshold: 0.5, temperature: 1 };
  return exportJcs(
    [{ config: whole, weights }],
    { ...about, trainingData: 'none', crop: 'none' },
    { flip },
  );
}

/** Two pictures of 40 × 40. */
const pictures = Float32Array.from({ length: 2 * 1600 }, (_, at) => ((at * 7919) % 1000) / 1000);

async function run(bytes: Uint8Array): Promise<Record<string, number[]>> {
  const session = await InferenceSession.create(bytes);
  const image = new Tensor('float32', pictures, [2, 1, 40, 40]);
  const outputs = await session.run({ image });
  await session.release();
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { data }]) => [name, [...(data as Float32Array)]]),
  );
}

describe.each([
  { flip: false, backbone: 'mobilenet-v2' as const },
  { flip: true, backbone: 'mobilenet-v2' as const },
  { flip: true, backbone: 'densenet-tiny' as const },
])('of a model with $backbone, flip $flip', (options) => {
  test('distance is the length of the whitened features over the bound, and other outputs stay as they were', async () => {
    const before = model(options);
    const exposed = await run(exposeFeatures(before));
    const size = exposed.features!.length / 2;
    // Twice the first feature and three times the second, minus 0.1: a whitening simple enough to compute by hand.
    const mean = new Float64Array(size).fill(0.1);
    const whitening = new Float64Array(size * size);
    whitening[0] = 2;
    whitening[size + 1] = 3;
    const after = addDistance(before, { mean, whitening, bound: 4 });
    const { distance, ...others } = await run(after);
    for (const row of [0, 1]) {
      const [a, b] = exposed.features!.slice(row * size, row * size + 2) as [number, number];
      const expected = Math.hypot(2 * (a - 0.1), 3 * (b - 0.1)) / 4;
      expect(distance![row]).toBeCloseTo(expected, 5);
    }
    expect(others).toEqual(await run(before));
    // Adding it again replaces the first.
    const again = addDistance(after, { mean, whitening, bound: 8 }, { distance_note: 'x' });
    expect((await run(again)).distance![0]).toBeCloseTo(distance![0]! / 2, 5);
    expect(readOnnx(again).outputs.map(({ name }) => name)).toEqual([
      ...readOnnx(before).outputs.map(({ name }) => name),
      'distance',
    ]);
    expect(readOnnx(again).metadata.get('distance_note')).toBe('x');
  });
});

test('a file that is not a model is refused', () => {
  expect(() => exposeFeatures(Uint8Array.of(1, 2, 3))).toThrow('Expected an ONNX file');
});
