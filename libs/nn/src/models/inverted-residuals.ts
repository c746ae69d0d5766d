import type { Graph, Node } from '../graph/graph.js';
import { relu6 } from '../ops/relu6.js';
import { add } from '../ops/add.js';
import { phaseConv } from '../ops/phase-conv.js';
import { spaceToPhases } from '../ops/space-to-phases.js';
import { batchNormLayer, convLayer } from './layers.js';

/** Architecture of MobileNetV2 (Sandler et al. 2018, table 2): expansion, channels, repeats, stride. */
export const mobileNetV2 = {
  name: 'mobilenet-v2',
  stem: 32,
  blocks: [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ],
  head: 1280,
} as const;

/** How a backbone is built. */
export interface BackboneOptions {
  /** Pixels between neighbouring features; where it is less than 32 the last strides become dilations. */
  readonly outputStride: 8 | 16 | 32;
  /**
   * Padding of convolutions with stride 2: one pixel on each side as in PyTorch, or at the far end only, as TensorFlow's SAME
   * does for even sizes. Weights are good for the one that they were trained with.
   */
  readonly stridePadding?: 'both' | 'end';
  /** MobileNetV2's last layer of 1280 channels, which segmentation does without. */
  readonly head?: boolean;
}

/** What a backbone hands on. */
export interface BackboneMaps {
  /** The deepest map, at the output stride. */
  readonly last: Node;
  /** The deepest map at stride 4. */
  readonly fine: Node;
  /** MobileNetV2's last layer, where it was asked for. */
  readonly head?: Node;
}

/** MobileNetV2's feature maps, with torchvision's variable names (`features.…`). */
export function buildMobileNetV2(
  graph: Graph,
  image: Node,
  { outputStride, stridePadding = 'both', head = false }: BackboneOptions,
): BackboneMaps {
  const { stem, blocks, head: headChannels } = mobileNetV2;
  interface Layer {
    readonly channels: number;
    readonly kernel: number;
    readonly stride?: number;
    readonly dilation?: number;
    readonly groups?: number;
  }
  const paddingOf = (reach: number, stride: number) =>
    stride === 2 && stridePadding === 'end'
      ? ([0, 0, reach, reach] as const)
      : ([reach, reach, reach, reach] as const);
  const convBn = (x: Node, layer: Layer) => {
    const { kernel, stride = 1, dilation = 1 } = layer;
    const padding = paddingOf(((kernel - 1) / 2) * dilation, stride);
    const convolved = graph.scope('0', () => convLayer(graph, x, { ...layer, padding }));
    return graph.scope('1', () => batchNormLayer(graph, convolved));
  };
  return graph.scope('features', () => {
    let x: Node = graph.scope('0', () =>
      graph.apply(relu6, convBn(image, { channels: stem, kernel: 3, stride: 2 })),
    );
    let reached = 2;
    let dilation = 1;
    let index = 1;
    let fine: Node = x;
    for (const [expansion, channels, repeats, firstStride] of blocks) {
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
          block(x, expansion, channels, stride, stride === 2 ? 1 : dilated),
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

  /** An inverted residual: expand, depthwise, project; added to its input where the shapes agree. */
  function block(
    input: Node,
    expansion: number,
    channels: number,
    stride: number,
    dilation: number,
  ): Node {
    const inner = input.shape[1]! * expansion;
    let layer = 0;
    const phased = stride === 2 && input.shape.slice(2).every((size) => size % 2 === 0);
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
          : convBn(x, { channels: inner, kernel: 3, stride, dilation, groups: inner }),
      ),
    );
    x = graph.scope(String(layer++), () => convLayer(graph, x, { channels, kernel: 1 }));
    x = graph.scope(String(layer), () => batchNormLayer(graph, x));
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
    return graph.scope('1', () => batchNormLayer(graph, convolved));
  }
}
