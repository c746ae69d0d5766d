import type { Graph, Node, OpNode } from '../graph/graph.js';
import { ShapeError, formatShape } from '../graph/shape.js';
import { logSoftmax } from '../ops/log-softmax.js';
import { mul } from '../ops/mul.js';
import { reduceSum } from '../ops/reduce-sum.js';
import { reshape } from '../ops/reshape.js';
import { scale } from '../ops/scale.js';

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
  return graph.apply(
    reshape([1]),
    graph.apply(scale(-1 / logits.shape[0]!), graph.apply(reduceSum([0, 1]), product)),
  );
}
