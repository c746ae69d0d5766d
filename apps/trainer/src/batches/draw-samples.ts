import type { DatasetSample } from '@groundglass/core';
import type { SeededRandom } from '@groundglass/core';

/**
 * Draws the samples of an epoch: each source's share, without repeats until all were drawn. A share of 1 or an
 * unnamed source gives every sample once, 0.25 a different quarter each epoch, 2 every sample twice.
 *
 * @returns indices; `samples.length + i` is the second draw of sample i, and so on.
 */
export function drawSamples(
  samples: readonly DatasetSample[],
  shares: Readonly<Record<string, number>>,
  random: SeededRandom,
): number[] {
  const ofSource = new Map<string, number[]>();
  for (const [index, { source }] of samples.entries()) {
    const indices = ofSource.get(source);
    if (indices) indices.push(index);
    else ofSource.set(source, [index]);
  }
  const drawn: number[] = [];
  for (const [source, indices] of ofSource) {
    const wanted = drawnCount(indices.length, shares[source]);
    for (let round = 0; round * indices.length < wanted; round++) {
      const left = wanted - round * indices.length;
      const picked = left < indices.length ? random.shuffled(indices).slice(0, left) : indices;
      drawn.push(...picked.map((index) => index + round * samples.length));
    }
  }
  return drawn.sort((a, b) => a - b);
}

/** How many samples {@link drawSamples} draws; the same in every epoch. */
export function countDrawn(
  samples: readonly DatasetSample[],
  shares: Readonly<Record<string, number>>,
): number {
  const counts = new Map<string, number>();
  for (const { source } of samples) counts.set(source, (counts.get(source) ?? 0) + 1);
  return [...counts].reduce((sum, [source, count]) => sum + drawnCount(count, shares[source]), 0);
}

function drawnCount(count: number, share = 1): number {
  return Math.round(count * share);
}
