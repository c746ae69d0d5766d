import type { OnnxEmitter } from '../onnx/onnx-emitter.js';

/** Up to the first a pixel is no lesion, from the second on it is; in between it counts partially. */
const unsure = { from: 0.3, to: 0.7 } as const;
/** Share that a mask without a lesion counts as: 100 of 224² pixels. It bounds the logarithm from below. */
const least = 0.002;

/**
 * How much of a picture is lesion, as evidence that can be added to logits: `log(share + 0.002)`, where a pixel of probability p counts
 * `clamp((p − 0.3) / 0.4, 0, 1)`. From about −6.2, no lesion, to 0, all lesion.
 *
 * @param mask one picture's lesion probabilities.
 */
export function lesionEvidence(mask: Float32Array): number {
  let sum = 0;
  for (const p of mask)
    sum += Math.min(1, Math.max(0, (p - unsure.from) / (unsure.to - unsure.from)));
  return Math.log(sum / mask.length + least);
}

/** {@link lesionEvidence} in a graph: `[N, 1, S, S]` to `[N, 1]`. */
export function emitLesionEvidence(emit: OnnxEmitter, mask: string): string {
  const gain = 1 / (unsure.to - unsure.from);
  const counted = emit.node('HardSigmoid', [mask], {
    alpha: { float: gain },
    beta: { float: -unsure.from * gain },
  });
  const share = emit.node('Flatten', [emit.node('GlobalAveragePool', [counted])], { axis: 1 });
  return emit.node('Log', [emit.add(share, emit.scalar(least))]);
}
