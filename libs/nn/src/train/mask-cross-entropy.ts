import type { Graph, Node, OpNode } from '../graph/graph.js';
import { mul } from '../ops/mul.js';
import { reduceSum } from '../ops/reduce-sum.js';
import { reshape } from '../ops/reshape.js';
import { scale } from '../ops/scale.js';
import { softplus } from '../ops/softplus.js';
import { sub } from '../ops/sub.js';

/**
 * Binary cross-entropy of mask logits: `softplus(z) − z · t`, the mean over the pixels of the samples that have a mask.
 *
 * @param logits `[N, 1, H, W]`.
 * @param target `[N, 1, H, W]` in 0–1.
 * @param weight `[N]`: 1 where the sample has a mask, else 0.
 * @param known `[N, 1, H, W]`: 1 where the target is known, 0 where it is unknown and must not count.
 * @param share `[1]`: 1 / Σ weight, or 0 if no sample of the batch has a mask.
 * @returns a scalar `[1]`.
 */
export function maskCrossEntropy(
  graph: Graph,
  logits: Node,
  target: Node,
  weight: Node,
  known: Node,
  share: Node,
): OpNode {
  const [n, , h, w] = logits.shape as [number, number, number, number];
  const each = graph.apply(sub, graph.apply(softplus, logits), graph.apply(mul, logits, target));
  const samples = graph.apply(
    reshape([n]),
    graph.apply(reduceSum([1, 2, 3]), graph.apply(mul, each, known)),
  );
  const weighted = graph.apply(reduceSum([0]), graph.apply(mul, samples, weight));
  return graph.apply(mul, graph.apply(scale(1 / (h * w)), weighted), share);
}
