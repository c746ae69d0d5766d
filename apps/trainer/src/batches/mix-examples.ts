import type { Example } from './batch.js';
import type { SeededRandom } from '@groundglass/core';

/**
 * mixup (Zhang et al. 2018, arXiv 1710.09412): an example becomes λ of itself and 1 − λ of the next one, picture, label and mask, with λ from
 * Beta(α, α) and at least a half. A network cannot memorise mixed pictures, as it does a few hundred plain ones.
 *
 * Examples whose labels do not count stay unchanged: their masks are few and exact. The mask of a mixed example counts if
 * both have one.
 *
 * @param alpha 0 mixes nothing; the paper takes 0.1–0.4.
 */
export function mixExamples(
  examples: readonly Example[],
  alpha: number,
  random: SeededRandom,
): readonly Example[] {
  if (alpha === 0) return examples;
  const labelled = examples.filter(({ labelWeight }) => labelWeight > 0);
  let place = 0;
  return examples.map((example) => {
    if (example.labelWeight === 0) return example;
    place += 1;
    const share = beta(alpha, random);
    return mixed(example, labelled[place % labelled.length]!, Math.max(share, 1 - share));
  });
}

function mixed(a: Example, b: Example, share: number): Example {
  const blend = (x: Float32Array, y: Float32Array) =>
    x.map((value, i) => share * value + (1 - share) * y[i]!);
  return {
    image: blend(a.image, b.image),
    label: share * a.label + (1 - share) * b.label,
    mask: blend(a.mask, b.mask),
    maskWeight: Math.min(a.maskWeight, b.maskWeight),
    ...(a.maskKnown || b.maskKnown ? { maskKnown: bothKnown(a, b) } : {}),
    labelWeight: 1,
  };
}

function bothKnown(a: Example, b: Example): Float32Array {
  return a.mask.map((_, i) => Math.min(a.maskKnown?.[i] ?? 1, b.maskKnown?.[i] ?? 1));
}

/** A draw from Beta(α, α) by Jöhnk (1964). */
function beta(alpha: number, random: SeededRandom): number {
  for (;;) {
    const x = random.uniform() ** (1 / alpha);
    const y = random.uniform() ** (1 / alpha);
    if (x + y <= 1 && x + y > 0) return x / (x + y);
  }
}
