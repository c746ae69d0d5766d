import type { OipTensorSpec } from '@groundglass/client';

/** Bytes in memory, or a range of a file if they are too many to send between processes. */
export type ByteRef =
  Uint8Array | { readonly path: string; readonly offset: number; readonly length: number };

/** A tensor's elements in row-major order, little-endian. */
export interface Tensor extends OipTensorSpec {
  readonly data: ByteRef;
}
