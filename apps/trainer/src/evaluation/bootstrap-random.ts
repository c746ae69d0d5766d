import { SeededRandom } from '@groundglass/core';

/** The random numbers that draw patients for an interval: the same ones for every statistic and in every run. */
export function bootstrapRandom(): () => number {
  const random = new SeededRandom(1);
  return () => random.uniform();
}
