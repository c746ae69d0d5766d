import type { ByteSource } from './byte-source.js';

/**
 * Finds a file next to another one, ignoring case: headers written on Windows name `SCAN.RAW` when a copy is called
 * `scan.raw`.
 */
export async function findCompanion(
  companion: (name: string) => Promise<ByteSource | undefined>,
  name: string,
): Promise<ByteSource | undefined> {
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
  const names = [
    name,
    stem + ending.toLowerCase(),
    stem + ending.toUpperCase(),
    name.toLowerCase(),
    name.toUpperCase(),
  ];
  for (const each of new Set(names)) {
    const found = await companion(each);
    if (found) return found;
  }
  return undefined;
}
