import { describe, expect, test } from 'vitest';
import type { Graph, Node } from '../graph/graph.js';
import { ShapeError, type Shape } from '../graph/shape.js';
import { maskCrossEntropy, softDice, softmaxCrossEntropy } from '../train/losses.js';
import { relu, relu6, sigmoid, softplus } from './activations.js';
import { batchNorm } from './batch-norm.js';
import { checkGradient, type Fill } from './check-gradient.fixture.js';
import { conv } from './conv.js';
import { dropout } from './dropout.js';
import { add, div, mul, sub } from './elementwise.js';
import { concat, flatten, linear, reduceSum, reshape, scale, shift, slice } from './layout.js';
import { logSoftmax } from './log-softmax.js';
import { phaseConv, spaceToPhases } from './phases.js';
import { averagePool, globalAveragePool, maxPool } from './pooling.js';
import { resize } from './resize.js';
import { normalise, scaleAndShift } from './shared-norm.js';
import type { Op } from '../graph/op.js';

const apply =
  (op: Op) =>
  (graph: Graph, ...inputs: Node[]) =>
    graph.apply(op, ...inputs);

/** Values a tenth apart in an order without pattern: no two are so close that a finite difference swaps them. */
const apart: Fill = (k) => (((k * 37) % 101) - 50.4) / 10;
const positive: Fill = (k) => 0.5 + ((k * 7) % 11) / 10;

const cases: [name: string, shapes: Shape[], op: Op, fills?: Fill[]][] = [
  [
    'conv 3×3',
    [
      [2, 3, 5, 4],
      [4, 3, 3, 3],
    ],
    conv({ padding: 1 }),
  ],
  ['conv 1×1 with bias', [[2, 3, 4, 4], [5, 3, 1, 1], [5]], conv()],
  [
    'conv with stride 2',
    [
      [2, 2, 7, 6],
      [3, 2, 3, 3],
    ],
    conv({ stride: 2, padding: 1 }),
  ],
  [
    'conv with stride 2 and padding at the end',
    [
      [1, 2, 6, 6],
      [3, 2, 3, 3],
    ],
    conv({ stride: 2, padding: [0, 0, 1, 1] }),
  ],
  [
    'conv 7×7 with stride 2',
    [
      [1, 1, 9, 9],
      [2, 1, 7, 7],
    ],
    conv({ stride: 2, padding: 3 }),
  ],
  [
    'conv with dilation',
    [
      [1, 2, 7, 7],
      [2, 2, 3, 3],
    ],
    conv({ dilation: 2, padding: 2 }),
  ],
  [
    'conv with dilation past the map',
    [
      [1, 2, 3, 3],
      [2, 2, 3, 3],
    ],
    conv({ dilation: 4, padding: 4 }),
  ],
  [
    'conv without padding',
    [
      [1, 2, 5, 5],
      [2, 2, 3, 3],
    ],
    conv(),
  ],
  [
    'depthwise conv',
    [
      [2, 4, 5, 5],
      [4, 1, 3, 3],
    ],
    conv({ padding: 1, groups: 4 }),
  ],
  [
    'depthwise conv with stride 2',
    [
      [2, 3, 6, 6],
      [3, 1, 3, 3],
    ],
    conv({ stride: 2, padding: [0, 0, 1, 1], groups: 3 }),
  ],
  [
    'depthwise conv with dilation past the map',
    [
      [2, 2, 3, 4],
      [2, 1, 3, 3],
    ],
    conv({ padding: 4, dilation: 4, groups: 2 }),
  ],
  [
    'depthwise conv of a map wider than a product is worth',
    [
      [2, 2, 2, 66],
      [2, 1, 3, 3],
    ],
    conv({ padding: 1, groups: 2 }),
  ],
  [
    'depthwise conv with stride 2 of an odd size',
    [
      [1, 2, 5, 7],
      [2, 1, 3, 3],
    ],
    conv({ stride: 2, padding: 1, groups: 2 }),
  ],
  ['space to phases', [[2, 2, 4, 6]], spaceToPhases],
  [
    'depthwise conv of phases',
    [
      [2, 3, 12, 2],
      [3, 1, 3, 3],
    ],
    phaseConv([1, 1, 1, 1]),
  ],
  [
    'depthwise conv of phases with padding at the end',
    [
      [2, 2, 8, 3],
      [2, 1, 3, 3],
    ],
    phaseConv([0, 0, 1, 1]),
  ],
  [
    'conv in groups',
    [
      [2, 4, 4, 4],
      [6, 2, 3, 3],
    ],
    conv({ padding: 1, groups: 2 }),
  ],
  ['relu', [[2, 3, 2, 2]], relu, [apart]],
  ['relu6', [[2, 20]], relu6, [(k) => ((k * 13) % 41) / 4 - 2 + 0.06]],
  ['sigmoid', [[2, 5]], sigmoid],
  ['softplus', [[2, 5]], softplus],
  [
    'add over repeated axes',
    [
      [2, 3, 4],
      [1, 3, 1],
    ],
    add,
  ],
  ['sub with fewer axes', [[2, 3, 4], [4]], sub],
  [
    'mul over repeated axes',
    [
      [2, 3, 4],
      [3, 1],
    ],
    mul,
  ],
  [
    'div',
    [
      [2, 3],
      [2, 3],
    ],
    div,
    [apart, positive],
  ],
  ['max pooling', [[1, 2, 6, 6]], maxPool({ kernel: 3, stride: 2, padding: 1 }), [apart]],
  [
    'max pooling of an odd size',
    [[1, 1, 7, 5]],
    maxPool({ kernel: 3, stride: 2, padding: 1 }),
    [apart],
  ],
  ['average pooling', [[2, 2, 6, 4]], averagePool({ kernel: 2, stride: 2 })],
  ['average pooling that leaves a row', [[1, 1, 5, 5]], averagePool({ kernel: 2, stride: 2 })],
  ['global average pooling', [[2, 3, 3, 2]], globalAveragePool],
  [
    'concat',
    [
      [2, 1, 3],
      [2, 2, 3],
    ],
    concat(1),
  ],
  ['slice', [[2, 5, 2]], slice(1, 1, 4)],
  ['flatten', [[2, 3, 2]], flatten],
  ['reshape', [[2, 6]], reshape([3, 4])],
  ['reduceSum', [[2, 3, 4]], reduceSum([0, 2])],
  ['scale', [[3]], scale(-2.5)],
  ['shift', [[3]], shift(4)],
  ['linear', [[3, 4], [2, 4], [2]], linear],
  ['bilinear resize up', [[1, 2, 3, 4]], resize(7, 9)],
  ['bilinear resize down', [[1, 1, 8, 6]], resize(3, 4)],
  ['normalisation of a shared map', [[3, 2, 2, 2]], normalise(), [apart]],
  ['log softmax', [[3, 4]], logSoftmax],
  [
    'dropout',
    [
      [2, 4],
      [2, 4],
    ],
    dropout(0.5),
  ],
];

function expectClose(ours: readonly number[], differences: readonly number[]): void {
  const scaleOf = Math.max(1, ...differences.map(Math.abs));
  for (const [k, expected] of differences.entries()) {
    expect(
      Math.abs(ours[k]! - expected),
      `element ${k}: ${ours[k]!} against ${expected}`,
    ).toBeLessThan(5e-3 * scaleOf);
  }
}

describe('gradients agree with finite differences', () => {
  test.each(cases)('%s', async (name, shapes, op, fills) => {
    const { inputs } = await checkGradient(shapes, apply(op), fills, name === 'dropout' ? [1] : []);
    // The mask of dropout is given and not learned.
    for (const { ours, differences } of name === 'dropout' ? inputs.slice(0, 1) : inputs)
      expectClose(ours, differences);
  });

  test('batch normalisation, with its scale and shift', async () => {
    const { inputs } = await checkGradient(
      [[3, 2, 2, 2], [2], [2], [2], [2]],
      apply(batchNorm()),
      [apart, positive],
      [3, 4],
    );
    for (const { ours, differences } of inputs.slice(0, 3)) expectClose(ours, differences);
  });

  test('scale and shift of a normalised map', async () => {
    const { inputs } = await checkGradient(
      [[3, 2, 2, 2], [2], [2], [2], [2], [2, 2]],
      apply(scaleAndShift()),
      [],
      [3, 4, 5],
    );
    for (const { ours, differences } of inputs.slice(0, 3)) expectClose(ours, differences);
  });

  test('batch normalisation of activations whose mean is a thousand deviations', async () => {
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

  test('softmax cross-entropy', async () => {
    const { inputs } = await checkGradient(
      [
        [3, 2],
        [3, 2],
      ],
      (graph, logits, target) => softmaxCrossEntropy(graph, logits, target),
    );
    expectClose(inputs[0]!.ours, inputs[0]!.differences);
  });

  test('mask cross-entropy and soft Dice', async () => {
    for (const loss of ['bce', 'dice']) {
      const { inputs } = await checkGradient(
        [[2, 1, 3, 3], [2, 1, 3, 3], [2], [1]],
        (graph, logits, target, weight, share) =>
          loss === 'bce'
            ? maskCrossEntropy(graph, logits, target, weight, share)
            : softDice(graph, logits, target, weight),
        [(k) => apart(k) / 2, (k) => k % 2, () => 1, () => 0.5],
      );
      expectClose(inputs[0]!.ours, inputs[0]!.differences);
    }
  });
});

describe('values', () => {
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

  test('of softmax cross-entropy: two equal logits cost log 2', async () => {
    const { output } = await checkGradient(
      [
        [1, 2],
        [1, 2],
      ],
      (graph, logits, target) => softmaxCrossEntropy(graph, logits, target),
      [() => 3, (k) => k],
    );
    expect(output[0]).toBeCloseTo(Math.LN2, 6);
  });

  test('of soft Dice: two empty masks agree', async () => {
    const { output } = await checkGradient(
      [[1, 1, 2, 2], [1, 1, 2, 2], [1]],
      (graph, logits, target, weight) => softDice(graph, logits, target, weight),
      [() => -30, () => 0, () => 1],
    );
    expect(output[0]).toBeCloseTo(0, 5);
  });

  test('of bilinear resize: 0 and 1 become 0, 0.25, 0.75, 1 at twice the size', async () => {
    const { output } = await checkGradient([[1, 1, 1, 2]], apply(resize(1, 4)), [(k) => k]);
    expect([...output]).toEqual([0, 0.25, 0.75, 1]);
  });
});

describe('an op that does not fit says what it expected and what came', () => {
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
