/**
 * The true label of a bundled sample: its name says how it was drawn.
 *
 * @returns a dash for a file that is not a sample.
 */
export function expectedLabel(name: string): string {
  return /^(non-covid|covid)[-.]/.exec(name)?.[1] ?? '–';
}
