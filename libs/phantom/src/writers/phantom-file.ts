import type { ThoraxPhantom } from '../thorax-phantom.js';

/** A file to write: its path below the output folder, with forward slashes, and its contents. */
export interface PhantomFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The part of a per-voxel array that belongs to slice `index`; a view, not a copy. */
export function sliceOf<T extends Int16Array | Uint8Array>(
  { columns, rows }: Pick<ThoraxPhantom, 'columns' | 'rows'>,
  data: T,
  index: number,
): T {
  const length = columns * rows;
  return data.subarray(index * length, (index + 1) * length) as T;
}

/** 16-bit numbers as little-endian bytes, whatever the machine's own order. */
export function littleEndian16(values: Int16Array | Uint16Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 2);
  for (let i = 0; i < values.length; i++) {
    bytes[2 * i] = values[i]! & 0xff;
    bytes[2 * i + 1] = (values[i]! >> 8) & 0xff;
  }
  return bytes;
}

/** A slice's number in a file name: as many digits as the last one has, at least three. */
export function sliceNumber(index: number): string {
  return String(index + 1).padStart(3, '0');
}
