import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { importBackbone } from '../weights/import-backbone.js';
import type { NamedTensor } from '../weights/named-tensors.js';
import { exportClassifier } from './classifier.js';

interface Answer {
  /** efficientnet-lite-pytorch's names and shapes, in its order. */
  readonly variables: readonly (readonly [name: string, shape: readonly number[]])[];
  readonly logits: readonly number[];
}

/** Outputs of efficientnet-lite-pytorch with these waves for weights: fixtures/make-efficientnet-lite.py. */
const answers = JSON.parse(
  readFileSync(new URL('fixtures/efficientnet-lite.json', import.meta.url), 'utf8'),
) as Record<string, Answer>;

const size = 64;
const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const wave = (length: number, phase: number, map: (ripple: number) => number = (x) => x) =>
  Float32Array.from({ length }, (_, i) => map(Math.sin(i * 0.7 + phase)));

/** The weights that the script made, by their formula. */
function weightsOf({ variables }: Answer): Map<string, NamedTensor> {
  return new Map(
    variables.map(([name, shape], phase) => {
      const deviation = Math.sqrt(2 / product(shape.slice(1)));
      const map = (ripple: number) =>
        shape.length === 4
          ? ripple * deviation
          : name === '_fc.weight'
            ? ripple / 20
            : /weight$|running_var$/.test(name)
              ? 1 + ripple / 4
              : ripple / 10;
      return [name, { shape, data: wave(product(shape), phase, map) }];
    }),
  );
}

test.each(['efficientnet-lite0', 'efficientnet-lite1', 'efficientnet-lite2'] as const)(
  '%s answers as efficientnet-lite-pytorch does with the same weights',
  async (backbone) => {
    const given = weightsOf(answers[backbone]!);
    const weights = new Map(
      [...importBackbone(backbone, given)].map(([name, tensor]) => [
        name.replace('backbone.', ''),
        tensor,
      ]),
    );
    weights.set('classifier.1.weight', given.get('_fc.weight')!);
    weights.set('classifier.1.bias', given.get('_fc.bias')!);
    const model = exportClassifier(
      { backbone, channels: 1, imageSize: size, classes: 1000, stridePadding: 'end' },
      weights,
    );
    const session = await InferenceSession.create(model);
    const image = new Tensor('float32', wave(size * size, 0), [1, 1, size, size]);
    const { logits } = await session.run({ image });
    await session.release();
    const found = [...(logits!.data as Float32Array)].slice(0, 8);
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(answers[backbone]!.logits[i]!, 2);
    });
  },
);
