import type { Graph, Node } from '../graph/graph.js';
import { relu6 } from '../ops/relu6.js';
import { add } from '../ops/add.js';
import { phaseConv } from '../ops/phase-conv.js';
import { spaceToPhases } from '../ops/space-to-phases.js';
import { batchNormLayer, convLayer } from './layers.js';

/** A network of inverted residuals: a stem, blocks, and one wide pointwise layer at the end. */
export interface InvertedResidualNet {
  readonly stem: number;
  /** Expansion, channels, repeats, stride and kernel of each stage. */
  readonly stages: readonly (readonly [
    expansion: number,
    channels: number,
    repeats: number,
    stride: number,
    kernel: 3 | 5,
  ])[];
  readonly head: number;
  /** Of batch normalisation; weights only work with the one that they were trained with. */
  readonly epsilon: number;
}

/** MobileNetV2 (Sandler et al. 2018, table 2). */
const mobileNetV2: InvertedResidualNet = {
  stem: 32,
  stages: [
    [1, 16, 1, 1, 3],
    [6, 24, 2, 2, 3],
    [6, 32, 3, 2, 3],
    [6, 64, 4, 2, 3],
    [6, 96, 3, 1, 3],
    [6, 160, 3, 2, 3],
    [6, 320, 1, 1, 3],
  ],
  head: 1280,
  epsilon: 1e-5,
};

/**
 * EfficientNet-Lite (TensorFlow's `efficientnet/lite`): EfficientNet-B0 (Tan & Le 2019, table 1) without squeeze-and-excitation and with
 * ReLU6, made wider and deeper; stem, first and last stage keep their depth.
 *
 * @param width factor of the channels, which stay multiples of 8 and shrink by a tenth at most.
 * @param depth factor of the repeats, rounded up.
 */
function efficientNetLite(width: number, depth: number): InvertedResidualNet {
  const wide = (channels: number) => {
    const rounded = Math.floor((channels * width + 4) / 8) * 8;
    return rounded < 0.9 * channels * width ? rounded + 8 : rounded;
  };
  const deep = (repeats: number) => Math.ceil(repeats * depth);
  return {
    stem: 32,
    stages: [
      [1, wide(16), 1, 1, 3],
      [6, wide(24), deep(2), 2, 3],
      [6, wide(40), deep(2), 2, 5],
      [6, wide(80), deep(3), 2, 3],
      [6, wide(112), deep(3), 1, 5],
      [6, wide(192), deep(4), 2, 5],
      [6, wide(320), 1, 1, 3],
    ],
    head: 1280,
    epsilon: 1e-3,
  };
}

/** The networks of inverted residuals by name. */
export const invertedResidualNets = {
  'mobilenet-v2': mobileNetV2,
  'efficientnet-lite0': efficientNetLite(1, 1),
  'efficientnet-lite1': efficientNetLite(1, 1.1),
  'efficientnet-lite2': efficientNetLite(1.1, 1.2),
} as const satisfies Record<string, InvertedResidualNet>;

/** A name of {@link invertedResidualNets}. */
export type InvertedResidualName = keyof typeof invertedResidualNets;

/** True for a name of {@link invertedResidualNets}. */
export function isInvertedResidual(name: string): name is InvertedResidualName {
  return Object.hasOwn(invertedResidualNets, name);
}

/** How a backbone is built. */
export interface BackboneOptions {
  /** Pixels between neighbouring features; if less than 32 the last strides become dilations. */
  readonly outputStride: 8 | 16 | 32;
  /**
   * Padding of convolutions with stride 2: one pixel on each side as in PyTorch, or at the far end only, as TensorFlow's SAME
   * does for even sizes. Weights only work with the one that they were trained with.
   */
  readonly stridePadding?: 'both' | 'end';
  /** The wide last layer, which segmentation does not need. */
  readonly head?: boolean;
}

/** A backbone's outputs. */
export interface BackboneMaps {
  /** The deepest map, at the output stride. */
  readonly last: Node;
  /** The deepest map at stride 4. */
  readonly fine: Node;
  /** The wide last layer, if requested. */
  readonly head?: Node;
}

/** The feature maps of a network of inverted residuals, with the variable names that torchvision gives MobileNetV2 (`features.…`). */
export function buildInvertedResiduals(
  graph: Graph,
  image: Node,
  { stem, stages, head: headChannels, epsilon }: InvertedResidualNet,
  { outputStride, stridePadding = 'both', head = false }: BackboneOptions,
): BackboneMaps {
  interface Layer {
    readonly channels: number;
    readonly kernel: number;
    readonly stride?: number;
    readonly dilation?: number;
    readonly groups?: number;
  }
  const paddingOf = (reach: number, stride: number) => {
    const before = stride === 2 && stridePadding === 'end' ? reach - 1 : reach;
    return [before, before, reach, reach] as const;
  };
  const convBn = (x: Node, layer: Layer) => {
    const { kernel, stride = 1, dilation = 1 } = layer;
    const padding = paddingOf(((kernel - 1) / 2) * dilation, stride);
    const convolved = graph.scope('0', () => convLayer(graph, x, { ...layer, padding }));
    return graph.scope('1', () => batchNormLayer(graph, convolved, { epsilon }));
  };
  return graph.scope('features', () => {
    let x: Node = graph.scope('0', () =>
      graph.apply(relu6, convBn(image, { channels: stem, kernel: 3, stride: 2 })),
    );
    let reached = 2;
    let dilation = 1;
    let index = 1;
    let fine: Node = x;
    for (const [expansion, channels, repeats, firstStride, kernel] of stages) {
      for (let i = 0; i < repeats; i++) {
        let stride: number = i === 0 ? firstStride : 1;
        const dilated = dilation;
        if (stride === 2 && reached >= outputStride) {
          dilation *= 2;
          stride = 1;
        } else {
          reached *= stride;
        }
        x = graph.scope(`${index++}.conv`, () =>
          block(x, { expansion, channels, kernel, stride, dilation: stride === 2 ? 1 : dilated }),
        );
        if (reached === 4) fine = x;
      }
    }
    if (!head) return { last: x, fine };
    const widest = graph.scope(String(index), () =>
      graph.apply(relu6, convBn(x, { channels: headChannels, kernel: 1 })),
    );
    return { last: x, fine, head: widest };
  });

  /** An inverted residual: expand, depthwise, project; added to its input if the shapes agree. */
  function block(
    input: Node,
    {
      expansion,
      channels,
      kernel,
      stride,
      dilation,
    }: {
      readonly expansion: number;
      readonly channels: number;
      readonly kernel: number;
      readonly stride: number;
      readonly dilation: number;
    },
  ): Node {
    const inner = input.shape[1]! * expansion;
    let layer = 0;
    const phased =
      stride === 2 && kernel === 3 && input.shape.slice(2).every((size) => size % 2 === 0);
    let x = phased ? graph.apply(spaceToPhases, input) : input;
    if (expansion !== 1) {
      x = graph.scope(String(layer++), () =>
        graph.apply(relu6, convBn(x, { channels: inner, kernel: 1 })),
      );
    }
    x = graph.scope(String(layer++), () =>
      graph.apply(
        relu6,
        phased
          ? phaseConvBn(x)
          : convBn(x, { channels: inner, kernel, stride, dilation, groups: inner }),
      ),
    );
    x = graph.scope(String(layer++), () => convLayer(graph, x, { channels, kernel: 1 }));
    x = graph.scope(String(layer), () => batchNormLayer(graph, x, { epsilon }));
    return stride === 1 && input.shape[1] === channels ? graph.apply(add, x, input) : x;
  }

  function phaseConvBn(x: Node): Node {
    const channels = x.shape[1]!;
    const convolved = graph.scope('0', () => {
      const weight = graph.parameter('weight', [channels, 1, 3, 3], {
        kind: 'he-normal',
        fanOut: 9,
      });
      return graph.apply(phaseConv(paddingOf(1, 2)), x, weight);
    });
    return graph.scope('1', () => batchNormLayer(graph, convolved, { epsilon }));
  }
}
