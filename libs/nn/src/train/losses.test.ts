import { describe, expect, test } from 'vitest';
import { checkGradient, expectClose } from '../ops/check-gradient.fixture.js';
import { maskCrossEntropy } from './mask-cross-entropy.js';
import { softDice } from './soft-dice.js';
import { softmaxCrossEntropy } from './softmax-cross-entropy.js';

describe('gradients agree with finite differences', () => {
  test('softmax cross-entropy', async () => {
    const logitsAndTarget = Array.from({ length: 2 }, () => [3, 2]);
    const { inputs } = await checkGradient(logitsAndTarget, softmaxCrossEntropy);
    expectClose(inputs[0]!.ours, inputs[0]!.differences, 5e-3);
  });

  test('mask cross-entropy and soft Dice', async () => {
    for (const loss of ['bce', 'dice']) {
      const { inputs } = await checkGradient(
        [[2, 1, 3, 3], [2, 1, 3, 3], [2], [2, 1, 3, 3], [1]],
        (graph, logits, target, weight, known, share) =>
          loss === 'bce'
            ? maskCrossEntropy(graph, logits, target, weight, known, share)
            : softDice(graph, logits, target, weight, known),
        [
          (k) => (((k * 37) % 101) - 50.4) / 20,
          (k) => k % 2,
          () => 1,
          (k) => (k % 6 === 0 ? 0 : 1),
          () => 0.5,
        ],
      );
      expectClose(inputs[0]!.ours, inputs[0]!.differences, 5e-3);
    }
  });
});

describe('values', () => {
  test('of softmax cross-entropy: two equal logits cost log 2', async () => {
    const logitsAndTarget = Array.from({ length: 2 }, () => [1, 2]);
    const { output } = await checkGradient(logitsAndTarget, softmaxCrossEntropy, [
      () => 3,
      (k) => k,
    ]);
    expect(output[0]).toBeCloseTo(Math.LN2, 6);
  });

  test('of mask cross-entropy: a logit of 0 costs log 2 per pixel, whatever its mask', async () => {
    const { output } = await checkGradient(
      [[1, 1, 2, 2], [1, 1, 2, 2], [1], [1, 1, 2, 2], [1]],
      maskCrossEntropy,
      [() => 0, (k) => k % 2, () => 1, () => 1, () => 1],
    );
    expect(output[0]).toBeCloseTo(Math.LN2, 6);
  });

  test('of mask cross-entropy: unknown pixels cost nothing', async () => {
    // Logits 0 cost log 2 each at the three known pixels of four; the wrong 50 is unknown.
    const { output } = await checkGradient(
      [[1, 1, 2, 2], [1, 1, 2, 2], [1], [1, 1, 2, 2], [1]],
      maskCrossEntropy,
      [(k) => (k === 3 ? 50 : 0), () => 0, () => 1, (k) => (k === 3 ? 0 : 1), () => 1],
    );
    expect(output[0]).toBeCloseTo((3 * Math.LN2) / 4, 5);
  });

  test('of soft Dice: two empty masks agree', async () => {
    const { output } = await checkGradient(
      [[1, 1, 2, 2], [1, 1, 2, 2], [1], [1, 1, 2, 2]],
      softDice,
      [() => -30, () => 0, () => 1, () => 1],
    );
    expect(output[0]).toBeCloseTo(0, 5);
  });
});
