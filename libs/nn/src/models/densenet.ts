import type { Graph, Node } from '../graph/graph.js';
import { relu } from '../ops/relu.js';
import { averagePool } from '../ops/average-pool.js';
import { maxPool } from '../ops/max-pool.js';
import { batchNormLayer, convLayer, joinMap, sharedNormLayer, type JoinedMaps } from './layers.js';
import type { BackboneMaps, BackboneOptions } from './inverted-residuals.js';

/** Architecture of a DenseNet (Huang et al. 2017, table 1). */
export interface DenseNetArchitecture {
  readonly name: string;
  readonly growthRate: number;
  /** Layers of the four blocks. */
  readonly blocks: readonly [number, number, number, number];
  readonly stemFilters: number;
  /** Channels of the 1×1 convolution in a layer, as a multiple of the growth rate. */
  readonly bottleneck: number;
}

export const denseNet121 = {
  name: 'densenet121',
  growthRate: 32,
  blocks: [6, 12, 24, 16],
  stemFilters: 64,
  bottleneck: 4,
} as const;
export const denseNet169 = {
  name: 'densenet169',
  growthRate: 32,
  blocks: [6, 12, 32, 32],
  stemFilters: 64,
  bottleneck: 4,
} as const;
export const denseNet201 = {
  name: 'densenet201',
  growthRate: 32,
  blocks: [6, 12, 48, 32],
  stemFilters: 64,
  bottleneck: 4,
} as const;
/** Small enough for tests and first tries. */
export const denseNetTiny = {
  name: 'densenet-tiny',
  growthRate: 8,
  blocks: [2, 2, 2, 2],
  stemFilters: 16,
  bottleneck: 4,
} as const;

/**
 * A DenseNet's feature maps, the last ones after normalisation and ReLU, with torchvision's variable names
 * (`features.denseblock1.denselayer1.norm1.weight` …).
 */
export function buildDenseNet(
  graph: Graph,
  image: Node,
  { growthRate, blocks, stemFilters, bottleneck }: DenseNetArchitecture,
  { outputStride }: Pick<BackboneOptions, 'outputStride'>,
): BackboneMaps {
  return graph.scope('features', () => {
    let x: Node = graph.scope('conv0', () =>
      convLayer(graph, image, { channels: stemFilters, kernel: 7, stride: 2, padding: 3 }),
    );
    x = graph.apply(
      relu,
      graph.scope('norm0', () => batchNormLayer(graph, x)),
    );
    x = graph.apply(maxPool({ kernel: 3, stride: 2, padding: 1 }), x);
    let reached = 4;
    let dilation = 1;
    let fine: Node = x;
    for (const [i, layers] of blocks.entries()) {
      const maps = graph.scope(`denseblock${i + 1}`, () => denseBlock(x, layers, dilation));
      if (i === blocks.length - 1) return { last: normRelu('norm5', maps), fine };
      const narrow = graph.scope(`transition${i + 1}`, () => transition(maps));
      if (i === 0) fine = narrow;
      x =
        reached < outputStride
          ? graph.apply(averagePool({ kernel: 2, stride: 2 }), narrow)
          : narrow;
      if (reached < outputStride) reached *= 2;
      else dilation *= 2;
    }
    return { last: x, fine };
  });

  function normRelu(name: string, maps: JoinedMaps): Node {
    return graph.apply(
      relu,
      graph.scope(name, () => sharedNormLayer(graph, maps)),
    );
  }

  function denseBlock(input: Node, layers: number, dilation: number): JoinedMaps {
    let maps = joinMap(graph, undefined, input);
    for (let i = 1; i <= layers; i++) {
      const map = graph.scope(`denselayer${i}`, () => {
        const first = normRelu('norm1', maps);
        const narrow = graph.scope('conv1', () =>
          convLayer(graph, first, { channels: bottleneck * growthRate, kernel: 1 }),
        );
        const second = graph.apply(
          relu,
          graph.scope('norm2', () => batchNormLayer(graph, narrow)),
        );
        return graph.scope('conv2', () =>
          convLayer(graph, second, {
            channels: growthRate,
            kernel: 3,
            padding: dilation,
            dilation,
          }),
        );
      });
      maps = joinMap(graph, maps, map);
    }
    return maps;
  }

  function transition(input: JoinedMaps): Node {
    const x = normRelu('norm', input);
    return graph.scope('conv', () =>
      convLayer(graph, x, { channels: Math.floor(x.shape[1]! / 2), kernel: 1 }),
    );
  }
}
