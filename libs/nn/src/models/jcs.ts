import { Graph, type InputNode, type Node, type OpNode } from '../graph/graph.js';
import { relu } from '../ops/relu.js';
import { dropout } from '../ops/dropout.js';
import { concat } from '../ops/concat.js';
import { flatten } from '../ops/flatten.js';
import { scale } from '../ops/scale.js';
import { div } from '../ops/div.js';
import { mul } from '../ops/mul.js';
import { sigmoid } from '../ops/sigmoid.js';
import { shift } from '../ops/shift.js';
import { globalAveragePool } from '../ops/global-average-pool.js';
import { resize } from '../ops/resize.js';
import {
  buildDenseNet,
  denseNet121,
  denseNet169,
  denseNet201,
  denseNetTiny,
  type DenseNetArchitecture,
} from './densenet.js';
import { batchNormLayer, convLayer, linearLayer } from './layers.js';
import {
  buildInvertedResiduals,
  invertedResidualNets,
  isInvertedResidual,
  type InvertedResidualName,
} from './inverted-residuals.js';

/** The DenseNets by name. */
export const denseNets = {
  densenet121: denseNet121,
  densenet169: denseNet169,
  densenet201: denseNet201,
  'densenet-tiny': denseNetTiny,
} as const satisfies Record<string, DenseNetArchitecture>;

/** The networks that can carry the joint model. */
export type BackboneName = InvertedResidualName | keyof typeof denseNets;

/** The joint classification and segmentation model as data. */
export interface JcsConfig {
  /** `classifier` is the backbone with a linear layer and no mask, as in the paper's Table 4; default `joint`. */
  readonly network?: 'joint' | 'classifier';
  readonly backbone: BackboneName;
  readonly outputStride: 8 | 16 | 32;
  /** Channels of each ASPP branch and of the segmentation branch; 256 in the paper. */
  readonly asppChannels: number;
  /** Dilations of the three 3×3 branches. */
  readonly asppRates: readonly number[];
  /**
   * Channels that the backbone's map at stride 4 is reduced to before it joins the segmentation branch, as DeepLabv3+ does
   * (arXiv 1802.02611, section 3.1); none in the paper, where masks come from the coarse map alone.
   */
  readonly skipChannels?: number;
  /** The classification branch also reads how much of the picture the mask covers, and how sure it is there. */
  readonly maskStatistics?: boolean;
  /**
   * The classification branch also reads the backbone's own features, pooled: the last layer of 1280 of MobileNetV2 and EfficientNet-Lite, which
   * ImageNet trained for this, or the deepest map.
   */
  readonly backboneFeatures?: boolean;
  readonly dropout: number;
  /** Side of the square that the network sees, in pixels. */
  readonly imageSize: number;
  /** Mean and deviation of the training images' grey, in 0–1. */
  readonly mean: number;
  readonly deviation: number;
}

/** The network with its inputs and outputs. */
export interface JcsNetwork {
  readonly graph: Graph;
  readonly config: JcsConfig;
  /** `[N, 1, S, S]` in 0–1. */
  readonly image: InputNode;
  /** Masks that the caller draws in training, with their rates. */
  readonly dropouts: readonly { readonly mask: InputNode; readonly rate: number }[];
  /** `[N, 2]`: non-covid, covid. */
  readonly logits: OpNode;
  /** `[N, 1, S, S]`, before the sigmoid; undefined for a classifier. */
  readonly maskLogits: OpNode | undefined;
  /** `[N, C]`: the pooled features that the classification branch reads, for comparing pictures. */
  readonly features: OpNode;
}

/**
 * Builds the joint model of the COVID-CT paper's Figure 6: backbone → ASPP (1×1, dilated 3×3, image pooling, project, dropout) →
 * segmentation branch (bilinear ×4, two 3×3 convolutions, 1×1, resized to the input), whose mask logits join the ASPP
 * features for the classification branch (global average pool, linear). `skipChannels` is not in the paper.
 *
 * @param batch samples in a training step; an exported network takes any number.
 */
export function buildJcs(config: JcsConfig, batch = 1): JcsNetwork {
  const { backbone, outputStride, asppChannels, asppRates, skipChannels = 0 } = config;
  const size = config.imageSize;
  const graph = new Graph();
  const image = graph.input('image', [batch, 1, size, size]);
  const normalised = graph.apply(
    scale(1 / config.deviation),
    graph.apply(shift(-config.mean), image),
  );
  const {
    last: features,
    fine,
    head,
  } = graph.scope('backbone', () =>
    isInvertedResidual(backbone)
      ? buildInvertedResiduals(graph, normalised, invertedResidualNets[backbone], {
          outputStride,
          stridePadding: 'end',
          head: config.backboneFeatures === true,
        })
      : buildDenseNet(graph, normalised, denseNets[backbone], { outputStride }),
  );
  if (config.network === 'classifier') {
    const pooled = graph.apply(flatten, graph.apply(globalAveragePool, features));
    const logits = graph.scope('classification', () => linearLayer(graph, pooled, 2));
    return { graph, config, image, dropouts: [], logits, maskLogits: undefined, features: pooled };
  }
  const [, , rows, columns] = features.shape as [number, number, number, number];

  const convBnRelu = (x: Node, kernel: number, dilation = 1, channels = asppChannels): Node => {
    const padding = ((kernel - 1) / 2) * dilation;
    const y = graph.scope('0', () => convLayer(graph, x, { channels, kernel, padding, dilation }));
    return graph.apply(
      relu,
      graph.scope('1', () => batchNormLayer(graph, y)),
    );
  };

  const dropouts: { mask: InputNode; rate: number }[] = [];
  const aspp = graph.scope('aspp', () => {
    const branches = [
      graph.scope('point', () => convBnRelu(features, 1)),
      ...asppRates.map((rate, i) =>
        graph.scope(`dilated${i + 1}`, () => convBnRelu(features, 3, rate)),
      ),
      graph.scope('pooled', () => {
        // Without normalisation: over one pixel per sample its statistics would be those of a handful of values.
        const mean = graph.apply(globalAveragePool, features);
        const y = graph.apply(
          relu,
          convLayer(graph, mean, { channels: asppChannels, kernel: 1, bias: true }),
        );
        return graph.apply(resize(rows, columns), y);
      }),
    ];
    const projected = graph.scope('project', () =>
      convBnRelu(graph.apply(concat(1), ...branches), 1),
    );
    if (config.dropout === 0) return projected;
    const mask = graph.input('dropout_aspp', projected.shape);
    dropouts.push({ mask, rate: config.dropout });
    return graph.apply(dropout(config.dropout), projected, mask);
  });

  const coarse = graph.scope('segmentation', () => {
    const larger = withSkip(graph.apply(resize(rows * 4, columns * 4), aspp));
    const first = graph.scope('conv1', () => convBnRelu(larger, 3));
    const second = graph.scope('conv2', () => convBnRelu(first, 3));
    return graph.scope('mask', () =>
      convLayer(graph, second, { channels: 1, kernel: 1, bias: true }),
    );
  });
  const maskLogits = graph.apply(resize(size, size), coarse);

  let pooledFeatures: OpNode | undefined;
  const logits = graph.scope('classification', () => {
    const seen = graph.apply(resize(rows, columns), coarse);
    const joined = graph.apply(concat(1), aspp, seen);
    const pool = (x: Node) => graph.apply(flatten, graph.apply(globalAveragePool, x));
    const own = config.backboneFeatures === true ? [dropFeatures(pool(head ?? features))] : [];
    pooledFeatures = own.length > 0 ? graph.apply(concat(1), pool(joined), ...own) : pool(joined);
    if (config.maskStatistics !== true) return linearLayer(graph, pooledFeatures, 2);
    const read = graph.apply(concat(1), pooledFeatures, maskStatistics(graph, coarse));
    return linearLayer(graph, read, 2);
  });
  return { graph, config, image, dropouts, logits, maskLogits, features: pooledFeatures! };

  function dropFeatures(x: Node): Node {
    if (config.dropout === 0) return x;
    const mask = graph.input('dropout_features', x.shape);
    dropouts.push({ mask, rate: config.dropout });
    return graph.apply(dropout(config.dropout), x, mask);
  }

  function withSkip(x: Node): Node {
    if (skipChannels === 0) return x;
    const skip = graph.scope('skip', () => convBnRelu(fine, 1, 1, skipChannels));
    const fits = skip.shape[2] === rows * 4 && skip.shape[3] === columns * 4;
    return graph.apply(
      concat(1),
      x,
      fits ? skip : graph.apply(resize(rows * 4, columns * 4), skip),
    );
  }
}

/** The lesion share of a picture is small; scaled to the size of the pooled features next to it. */
const fractionScale = 10;

/**
 * Two numbers `[N, 2]` about a mask p: ten times its mean, which is the lesion fraction, and Σp² / (Σp + 1), the mean probability of
 * what it marks (the contraharmonic mean), which is near 0 for a faint haze everywhere and near 1 for one small certain lesion.
 */
function maskStatistics(graph: Graph, maskLogits: Node): Node {
  const [, , rows, columns] = maskLogits.shape as [number, number, number, number];
  const p = graph.apply(sigmoid, maskLogits);
  const total = (x: Node) => graph.apply(flatten, graph.apply(globalAveragePool, x));
  const mean = total(p);
  const squares = total(graph.apply(mul, p, p));
  const sureness = graph.apply(div, squares, graph.apply(shift(1 / (rows * columns)), mean));
  return graph.apply(concat(1), graph.apply(scale(fractionScale), mean), sureness);
}
