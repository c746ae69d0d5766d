import type { Graph, Node, OpNode } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { div } from '../ops/div.js';
import { mul } from '../ops/mul.js';
import { reduceSum } from '../ops/reduce-sum.js';
import { reshape } from '../ops/reshape.js';
import { scale } from '../ops/scale.js';
import { shift } from '../ops/shift.js';
import { sigmoid } from '../ops/sigmoid.js';

/**
 * Soft Dice loss (Milletari et al. 2016) over all pixels of the samples that have a mask: `1 − (2 Σ p·t + 1) / (Σ p + Σ t + 1)`. The 1
 * makes two empty masks agree.
 *
 * @param known `[N, 1, H, W]`: 0 where the target is unknown; the target is 0 there.
 * @returns a scalar `[1]`.
 */
export function softDice(
  graph: Graph,
  logits: Node,
  target: Node,
  weight: Node,
  known: Node,
): OpNode {
  const [n] = logits.shape as [number, number, number, number];
  const probability = graph.apply(mul, graph.apply(sigmoid, logits), known);
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
