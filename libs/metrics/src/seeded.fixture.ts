/** Uniform numbers for tests, in place of a caller's: the generator of Park and Miller 1988, from a seed of 0 or more. */
export function seeded(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  // The first numbers of neighbouring seeds are similar.
  for (let i = 0; i < 10; i++) state = (state * 16807) % 2147483647;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}
