import {
  checkProvider,
  ClassifierTraining,
  OnnxTrainingSession,
  type JcsConfig,
  type Provider,
} from '@groundglass/nn';
import { denseNetBatch, type Measured } from './measured.js';

/*
 * `gpu-check-child PROVIDER STEPS`: measures one provider in its own process, since a driver can end it. Prints a line of JSON
 * after each part.
 */
const [provider, steps] = process.argv.slice(2) as [Provider, string];
let measured: Measured = {};
await part(async () => ({ device: (await checkProvider(provider)).device }));
await part(async () => ({ losses: await smallLosses() }));
if (Number(steps) > 0) await part(async () => ({ denseNetSeconds: await denseNetSteps() }));

async function part(measure: () => Promise<Measured>): Promise<void> {
  if (measured.problem !== undefined) return;
  try {
    measured = { ...measured, ...(await measure()) };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    measured = { ...measured, problem: text.split('\n')[0]! };
  }
  console.log(JSON.stringify(measured));
}

/** Losses of ten steps of a small joint model on fixed values. */
async function smallLosses(): Promise<number[]> {
  const size = 32;
  const model: JcsConfig = {
    backbone: 'densenet-tiny',
    outputStride: 16,
    asppChannels: 4,
    asppRates: [1, 2],
    skipChannels: 3,
    dropout: 0.2,
    imageSize: size,
    mean: 0.4,
    deviation: 0.3,
  };
  const session = await OnnxTrainingSession.create(
    {
      model,
      batchSize: 4,
      optimizer: { kind: 'adam' },
      loss: { classification: 1, segmentation: 1, dice: 0.5 },
    },
    { seed: 3, providers: [provider] },
  );
  const pixels = 4 * size * size;
  const batch = {
    image: waves(pixels),
    mask: Float32Array.from({ length: pixels }, (_, i) => (i % size < 12 && i > 1024 ? 1 : 0)),
    label: Float32Array.of(0, 1, 0, 1),
    maskWeight: Float32Array.of(0, 1, 1, 1),
  };
  const losses: number[] = [];
  for (let seed = 1; seed <= 10; seed++)
    // With longer steps rounding errors grow until runs diverge.
    losses.push((await session.run(batch, { learningRate: 1e-5, seed })).loss);
  await session.close();
  return losses;
}

async function denseNetSteps(): Promise<number[]> {
  const imageSize = 224;
  const training = await ClassifierTraining.create(
    {
      backbone: 'densenet169',
      channels: 3,
      classes: 2,
      imageSize,
      batchSize: denseNetBatch,
      optimizer: { kind: 'adam' },
    },
    { seed: 1, providers: [provider] },
  );
  const images = waves(denseNetBatch * 3 * imageSize ** 2);
  const labels = Array.from({ length: denseNetBatch }, (_, i) => i % 2);
  const seconds: number[] = [];
  for (let k = 0; k <= Number(steps); k++) {
    const started = performance.now();
    const loss = await training.run(images, labels, 1e-4);
    if (!Number.isFinite(loss))
      throw new Error(`DenseNet-169: the loss of step ${k + 1} is ${loss}`);
    // The first step prepares kernels and memory.
    if (k > 0) seconds.push((performance.now() - started) / 1000);
  }
  await training.close();
  return seconds;
}

function waves(count: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => 0.5 + 0.4 * Math.sin(i * 0.7 + (i % 32) ** 2),
  );
}
