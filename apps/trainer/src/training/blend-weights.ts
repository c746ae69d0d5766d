import type { NamedTensor, NamedTensors } from '@groundglass/nn';

/**
 * A running mean of weights: `keep * average + (1 - keep) * weights`, in place. The first time it is a copy of the weights.
 *
 * @param keep 0 to 1: how much of the average stays.
 */
export function blendWeights(
  average: Map<string, NamedTensor> | undefined,
  weights: NamedTensors,
  keep: number,
): Map<string, NamedTensor> {
  if (!average)
    return new Map(
      [...weights].map(([name, { shape, data }]) => [
        name,
        { shape, data: Float32Array.from(data) },
      ]),
    );
  for (const [name, { data }] of weights) {
    const mean = average.get(name)!.data;
    for (let i = 0; i < mean.length; i++) mean[i] = mean[i]! * keep + data[i]! * (1 - keep);
  }
  return average;
}
