import { describe, expect, test } from 'vitest';
import type { Graph, Node } from '../graph/graph.js';
import { ShapeError, type Shape } from '../graph/shape.js';
import { batchNorm } from './batch-norm.js';
import { checkGradient } from './check-gradient.fixture.js';
import { conv } from './conv.js';
import { add } from './add.js';
import { concat } from './concat.js';
import { linear } from './linear.js';
import { slice } from './slice.js';
import { phaseConv } from './phase-conv.js';
import { spaceToPhases } from './space-to-phases.js';
import { resize } from './resize.js';
import type { Op } from '../graph/op.js';

const apply =
  (op: Op) =>
  (graph: Graph, ...inputs: Node[]) =>
    graph.apply(op, ...inputs);

describe('values', () => {
  test('of batch normalisation stay precise where the mean is a thousand deviations', async () => {
    const { output } = await checkGradient(
      [[2, 1, 1, 2], [1], [1], [1], [1]],
      apply(batchNorm({ epsilon: 0 })),
      [(k) => 3000 + k, () => 1, () => 0],
      [3, 4],
    );
    // 3000 … 3003: distances −1.5, −0.5, 0.5, 1.5 over the deviation sqrt(1.25).
    const expected = [-1.5, -0.5, 0.5, 1.5].map((distance) => distance / Math.sqrt(1.25));
    for (const [i, value] of expected.entries()) expect(output[i]).toBeCloseTo(value, 5);
  });

  test.each([
    ['one pixel of padding around', [1, 1, 1, 1]],
    ['padding at the far end', [0, 0, 1, 1]],
  ] as const)(
    'of a convolution of phases are those of one with stride 2, with %s',
    async (_, padding) => {
      const shapes = [
        [2, 3, 6, 8],
        [3, 1, 3, 3],
      ];
      const strided = await checkGradient(shapes, apply(conv({ stride: 2, padding, groups: 3 })));
      const phased = await checkGradient(shapes, (graph, x, weight) =>
        graph.apply(phaseConv(padding), graph.apply(spaceToPhases, x), weight),
      );
      for (const [i, value] of strided.output.entries())
        expect(phased.output[i]).toBeCloseTo(value, 5);
      for (const [i, { ours }] of strided.inputs.entries())
        for (const [k, value] of ours.entries())
          expect(phased.inputs[i]!.ours[k]).toBeCloseTo(value, 4);
    },
  );

  test('of bilinear resize: 0 and 1 become 0, 0.25, 0.75, 1 at twice the size', async () => {
    const { output } = await checkGradient([[1, 1, 1, 2]], apply(resize(1, 4)), [(k) => k]);
    expect([...output]).toEqual([0, 0.25, 0.75, 1]);
  });
});

describe('an op that does not fit says what it expected and what it got', () => {
  test.each([
    [
      'conv',
      conv(),
      [
        [1, 3, 4, 4],
        [2, 4, 1, 1],
      ],
      'conv: expected weights for 3 channels in 1 groups, got 2×4×1×1',
    ],
    [
      'concat',
      concat(1),
      [
        [1, 2, 3],
        [1, 2, 4],
      ],
      'concat: expected shapes like 1×2×3 but for axis 1, got 1×2×4',
    ],
    ['linear', linear, [[1, 3], [2, 4], [2]], 'linear: expected weights for 3 inputs, got 2×4'],
    [
      'add',
      add,
      [
        [2, 3],
        [2, 4],
      ],
      'add: expected shapes that repeat over each other, got 2×3 and 2×4',
    ],
    ['slice', slice(1, 2, 9), [[1, 4]], 'slice: expected a range inside axis 1 of 1×4, got [2, 9)'],
  ] as [string, Op, Shape[], string][])('%s', (_, op, shapes, message) => {
    expect(() => op.shape(shapes)).toThrow(new ShapeError('x', 'y', 'z').constructor);
    expect(() => op.shape(shapes)).toThrow(message);
  });
});
