import type { Op } from '../graph/op.js';
import type { Shape } from '../graph/shape.js';
import { add } from './add.js';
import { averagePool } from './average-pool.js';
import { batchNorm } from './batch-norm.js';
import { concat } from './concat.js';
import { conv } from './conv.js';
import { div } from './div.js';
import { dropout } from './dropout.js';
import { flatten } from './flatten.js';
import { globalAveragePool } from './global-average-pool.js';
import { linear } from './linear.js';
import { logSoftmax } from './log-softmax.js';
import { maxPool } from './max-pool.js';
import { moments } from './moments.js';
import { mul } from './mul.js';
import { normalise } from './normalise.js';
import { phaseConv } from './phase-conv.js';
import { reduceSum } from './reduce-sum.js';
import { relu } from './relu.js';
import { relu6 } from './relu6.js';
import { reshape } from './reshape.js';
import { resize } from './resize.js';
import { scale } from './scale.js';
import { scaleAndShift } from './scale-and-shift.js';
import { shift } from './shift.js';
import { sigmoid } from './sigmoid.js';
import { slice } from './slice.js';
import { softplus } from './softplus.js';
import { spaceToPhases } from './space-to-phases.js';
import { sub } from './sub.js';
import type { Fill } from './check-gradient.fixture.js';

/** An op with inputs to try it on. */
type OpCase = [
  name: string,
  shapes: readonly Shape[],
  op: Op,
  /** `fills` instead of random values, by input; `fixed` inputs have no gradient. */
  options?: { readonly fills?: readonly Fill[]; readonly fixed?: readonly number[] },
];

/** Values a tenth apart in random-looking order: no two are so close that a finite difference swaps them. */
const apart: Fill = (k) => (((k * 37) % 101) - 50.4) / 10;
const positive: Fill = (k) => 0.5 + ((k * 7) % 11) / 10;

/** Every op, with the geometries whose gradients take separate code paths. */
export const opCases: OpCase[] = [
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
  [
    'conv with dilation and stride 2',
    [
      [1, 2, 6, 5],
      [2, 2, 3, 3],
    ],
    conv({ dilation: 2, stride: 2, padding: 2 }),
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
  ['relu', [[2, 3, 2, 2]], relu, { fills: [apart] }],
  ['relu6', [[2, 20]], relu6, { fills: [(k) => ((k * 13) % 41) / 4 - 2 + 0.06] }],
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
    { fills: [apart, positive] },
  ],
  [
    'max pooling',
    [[1, 2, 6, 6]],
    maxPool({ kernel: 3, stride: 2, padding: 1 }),
    { fills: [apart] },
  ],
  [
    'max pooling of an odd size',
    [[1, 1, 7, 5]],
    maxPool({ kernel: 3, stride: 2, padding: 1 }),
    { fills: [apart] },
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
  ['normalisation of a shared map', [[3, 2, 2, 2]], normalise(), { fills: [apart] }],
  ['log softmax', [[3, 4]], logSoftmax],
  [
    'dropout',
    [
      [2, 4],
      [2, 4],
    ],
    dropout(0.5),
    { fixed: [1] },
  ],
  [
    'batch normalisation',
    [[3, 2, 2, 2], [2], [2], [2], [2]],
    batchNorm(),
    { fills: [apart, positive], fixed: [3, 4] },
  ],
  ['moments', [[3, 2, 2, 2]], moments, { fixed: [0] }],
  [
    'scale and shift of a normalised map',
    [[3, 2, 2, 2], [2], [2], [2], [2], [2, 2]],
    scaleAndShift(),
    { fixed: [3, 4, 5] },
  ],
];
