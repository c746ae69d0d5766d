import {
  buildClassifier,
  Classifier,
  ClassifierTraining,
  initialise,
  OnnxTrainingSession,
  onnxRuntimeVersion,
} from '@groundglass/nn';
import type { Recipe } from '../training/recipes/recipe.js';
import { recipes } from '../training/recipes/recipes.js';
import type { Measured, Part } from './parts.js';

/*
 * `bench-child.js PART STEPS THREADS`: measures one part and prints one line of JSON. A separate process, so that peak memory is the
 * part's.
 */
const [part, steps, threads] = process.argv.slice(2) as [Part, string, string];
const options = { seed: 1, threads: Number(threads) };
const step = await prepare(part);
const seconds: number[] = [];
for (let k = 0; k <= Number(steps); k++) {
  const started = performance.now();
  await step();
  // The first pass allocates memory that later ones reuse.
  if (k > 0) seconds.push((performance.now() - started) / 1000);
}
console.log(
  JSON.stringify({
    seconds,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    version: `ONNX Runtime ${onnxRuntimeVersion()}`,
  } satisfies Measured),
);

async function prepare(what: Part): Promise<() => Promise<unknown>> {
  const network = { backbone: 'densenet169', channels: 3, classes: 2 } as const;
  switch (what) {
    case 'train': {
      const [imageSize, batchSize] = [224, 8];
      const training = await ClassifierTraining.create(
        { ...network, imageSize, batchSize, optimizer: { kind: 'adam' } },
        options,
      );
      const images = waves(batchSize * 3 * imageSize ** 2);
      const labels = Array.from({ length: batchSize }, (_, i) => i % 2);
      return () => training.run(images, labels, 1e-4);
    }
    case 'infer': {
      const config = { ...network, imageSize: 480 };
      const weights = initialise(buildClassifier(config).graph, 1);
      const classifier = await Classifier.create(config, weights, options);
      const image = waves(3 * 480 ** 2);
      return () => classifier.run(image);
    }
    case 'joint':
      return jointStep({ ...recipes.fast, imageSize: 224, batchSize: 8 });
    case 'lite': {
      const model = { ...recipes.fast.model, backbone: 'efficientnet-lite0' } as const;
      return jointStep({ ...recipes.fast, model, imageSize: 224, batchSize: 8 });
    }
    case 'memory':
      return jointStep(recipes.paper);
  }
}

/** A training step of the joint model, without the decoding of pictures. */
async function jointStep({
  model,
  imageSize,
  batchSize,
  loss,
}: Pick<Recipe, 'model' | 'imageSize' | 'batchSize' | 'loss'>): Promise<() => Promise<unknown>> {
  const session = await OnnxTrainingSession.create(
    {
      model: { ...model, imageSize, mean: 0.5, deviation: 0.25 },
      batchSize,
      optimizer: { kind: 'adam' },
      loss,
    },
    options,
  );
  const batch = {
    image: waves(batchSize * imageSize ** 2),
    label: Float32Array.from({ length: batchSize }, (_, i) => i % 2),
    mask: new Float32Array(batchSize * imageSize ** 2),
    maskWeight: new Float32Array(batchSize).fill(1),
  };
  return () => session.run(batch, { learningRate: 1e-4, seed: session.steps });
}

/** Unstructured numbers, the same each time. */
function waves(count: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => Math.sin(i * 0.37) + Math.cos(i * i * 1e-4),
  );
}
