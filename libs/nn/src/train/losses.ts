import type { Graph, Node, OpNode } from '../graph/graph.js';
import { ShapeError, formatShape } from '../graph/shape.js';
import { sigmoid, softplus } from '../ops/activations.js';
import { add, div, mul, sub } from '../ops/elementwise.js';
import { reduceSum, reshape, scale, shift } from '../ops/layout.js';
import { logSoftmax } from '../ops/log-softmax.js';

/**
 * Softmax cross-entropy, the mean over the batch: `−Σ target · log softmax(logits) / N`.
 *
 * @param target `[N, K]`, rows that sum to 1: one-hot, or smoothed.
 * @returns a scalar `[1]`.
 */
export function softmaxCrossEntropy(graph: Graph, logits: Node, target: Node): OpNode {
  if (formatShape(logits.shape) !== formatShape(target.shape)) {
    throw new ShapeError(
      'softmaxCrossEntropy target',
      formatShape(logits.shape),
      formatShape(target.shape),
    );
  }
  const product = graph.apply(mul, graph.apply(logSoftmax, logits), target);
  return scalar(
    graph,
    graph.apply(scale(-1 / logits.shape[0]!), graph.apply(reduceSum([0, 1]), product)),
  );
}

/**
 * Binary cross-entropy of mask logits: `softplus(z) − z · t`, the mean over the pixels of the samples that have a mask.
 *
 * @param logits `[N, 1, H, W]`.
 * @param target `[N, 1, H, W]` in 0–1.
 * @param weight `[N]`: 1 where the sample has a mask, else 0.
 * @param share `[1]`: 1 / Σ weight, or 0 where no sample of the batch has a mask.
 * @returns a scalar `[1]`.
 */
export function maskCrossEntropy(
  graph: Graph,
  logits: Node,
  target: Node,
  weight: Node,
  share: Node,
): OpNode {
  const [n, , h, w] = logits.shape as [number, number, number, number];
  const each = graph.apply(sub, graph.apply(softplus, logits), graph.apply(mul, logits, target));
  const samples = graph.apply(reshape([n]), graph.apply(reduceSum([1, 2, 3]), each));
  const weighted = graph.apply(reduceSum([0]), graph.apply(mul, samples, weight));
  return graph.apply(mul, graph.apply(scale(1 / (h * w)), weighted), share);
}

/**
 * Soft Dice loss (Milletari et al. 2016) over all pixels of the samples that have a mask: `1 − (2 Σ p·t + 1) / (Σ p + Σ t + 1)`. The 1
 * makes two empty masks agree.
 *
 * @returns a scalar `[1]`.
 */
export function softDice(graph: Graph, logits: Node, target: Node, weight: Node): OpNode {
  const [n] = logits.shape as [number, number, number, number];
  const probability = graph.apply(sigmoid, logits);
  const sum = (x: Node) => {
    const samples = graph.apply(reshape([n]), graph.apply(reduceSum([1, 2, 3]), x));
    return graph.apply(reduceSum([0]), graph.apply(mul, samples, weight));
  };
  const overlap = graph.apply(
    shift(1),
    graph.apply(scale(2), sum(graph.apply(mul, probability, target))),
  );
  const both = graph.apply(shift(1), graph.apply(add, sum(probability), sum(target)));
  return graph.apply(shift(1), graph.apply(scale(-1), graph.apply(div, overlap, both)));
}

function scalar(graph: Graph, x: Node): OpNode {
  return graph.apply(reshape([1]), x);
}
