import type { Graph, Node, OpNode } from '../graph/graph.js';
import { batchNorm, type BatchNormAttributes } from '../ops/batch-norm.js';
import { conv, type ConvAttributes } from '../ops/conv.js';
import { concat } from '../ops/concat.js';
import { linear } from '../ops/linear.js';
import { moments } from '../ops/moments.js';
import { normalise } from '../ops/normalise.js';
import { scaleAndShift } from '../ops/scale-and-shift.js';

/** Attributes of a convolution layer. */
export interface ConvLayer extends ConvAttributes {
  readonly channels: number;
  readonly kernel: number;
  readonly bias?: boolean;
}

/** A convolution with its own weights, named `weight` and `bias` in the current scope. */
export function convLayer(
  graph: Graph,
  x: Node,
  { channels, kernel, bias = false, ...attributes }: ConvLayer,
): OpNode {
  const groups = attributes.groups ?? 1;
  const shape = [channels, x.shape[1]! / groups, kernel, kernel];
  const fanOut = (channels / groups) * kernel * kernel;
  const weight = graph.parameter('weight', shape, { kind: 'he-normal', fanOut });
  const inputs = bias ? [graph.parameter('bias', [channels], { kind: 'zeros' })] : [];
  return graph.apply(conv(attributes), x, weight, ...inputs);
}

/** Batch normalisation with PyTorch's names: `weight`, `bias`, `running_mean`, `running_var`. */
export function batchNormLayer(graph: Graph, x: Node, attributes?: BatchNormAttributes): OpNode {
  const channels = [x.shape[1]!];
  return graph.apply(
    batchNorm(attributes),
    x,
    graph.parameter('weight', channels, { kind: 'ones' }),
    graph.parameter('bias', channels, { kind: 'zeros' }),
    graph.buffer('running_mean', channels, { kind: 'zeros' }),
    graph.buffer('running_var', channels, { kind: 'ones' }),
  );
}

/** Concatenated feature maps, normalised in training, with their moments. */
export interface JoinedMaps {
  readonly normalised: Node;
  readonly moments: Node;
}

/** Concatenates another map. */
export function joinMap(graph: Graph, maps: JoinedMaps | undefined, map: Node): JoinedMaps {
  const normalised = graph.apply(normalise(), map);
  const mapMoments = graph.apply(moments, map);
  if (!maps) return { normalised, moments: mapMoments };
  return {
    normalised: graph.apply(concat(1), maps.normalised, normalised),
    moments: graph.apply(concat(1), maps.moments, mapMoments),
  };
}

/** A batch normalisation of joined maps, with the variables of {@link batchNormLayer}. */
export function sharedNormLayer(graph: Graph, maps: JoinedMaps): OpNode {
  const channels = [maps.normalised.shape[1]!];
  return graph.apply(
    scaleAndShift(),
    maps.normalised,
    graph.parameter('weight', channels, { kind: 'ones' }),
    graph.parameter('bias', channels, { kind: 'zeros' }),
    graph.buffer('running_mean', channels, { kind: 'zeros' }),
    graph.buffer('running_var', channels, { kind: 'ones' }),
    maps.moments,
  );
}

/** A fully connected layer, named `weight` and `bias`. */
export function linearLayer(graph: Graph, x: Node, outputs: number): OpNode {
  const inputs = x.shape[1]!;
  return graph.apply(
    linear,
    x,
    graph.parameter('weight', [outputs, inputs], { kind: 'normal', deviation: 0.01 }),
    graph.parameter('bias', [outputs], { kind: 'zeros' }),
  );
}
