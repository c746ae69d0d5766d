/**
 * What a bundled sample should be: its name says how it was drawn.
 *
 * @returns a dash for a file that is no sample.
 */
export function expectedLabel(name: string): string {
  return /^(non-covid|covid)[-.]/.exec(name)?.[1] ?? '–';
}
