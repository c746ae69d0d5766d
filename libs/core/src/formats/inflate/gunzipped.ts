import { bytesSource, type ByteSource } from '../byte-source.js';
import { CtError } from '../../errors.js';
import type { Limits } from '../limits.js';
import { inflatedPieces, type Inflate } from './inflated-source.js';

/**
 * A gzipped file as a whole, for formats that are not read by ranges while inflating (DICOM, MetaImage, pictures).
 *
 * @returns the inflated bytes, and whether other bytes follow the compressed data.
 * @throws {CtError} `CT_TOO_LARGE` past four bytes a pixel of `limits.volumePixels`, `CT_CORRUPT`, `CT_TRUNCATED`.
 */
export async function gunzipped(
  source: ByteSource,
  { inflate, limits }: { readonly inflate: Inflate; readonly limits: Limits },
): Promise<{ source: ByteSource; hasTrailingBytes: boolean }> {
  const most = Math.min(limits.inflatedBytes, limits.volumePixels * 4 + 64 * 1024 * 1024);
  const pieces: Uint8Array[] = [];
  let size = 0;
  let hasTrailingBytes = false;
  const onTrailingBytes = () => {
    hasTrailingBytes = true;
  };
  const options = { start: 0, container: 'gzip', inflate, limits } as const;
  for await (const piece of inflatedPieces(source, options, onTrailingBytes)) {
    size += piece.length;
    if (size > most) {
      throw new CtError(
        'CT_TOO_LARGE',
        `Expected at most ${most} inflated bytes in a gzipped file`,
      );
    }
    pieces.push(piece);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return { source: bytesSource(bytes), hasTrailingBytes };
}

/**
 * Whether bytes follow gzipped data that should inflate to `size` bytes. For good files the trailer's size field (ISIZE, RFC 1952)
 * answers; the whole file is inflated only if it differs.
 */
export async function hasTrailingBytes(
  source: ByteSource,
  size: number,
  { inflate, limits }: { readonly inflate: Inflate; readonly limits: Limits },
): Promise<boolean> {
  if (source.size < 18) return false;
  const trailer = await source.read(source.size - 4, 4);
  const written = new DataView(trailer.buffer, trailer.byteOffset, 4).getUint32(0, true);
  if (written === size % 2 ** 32) return false;
  let found = false;
  const onTrailingBytes = () => {
    found = true;
  };
  let produced = 0;
  const options = { start: 0, container: 'gzip', inflate, limits } as const;
  try {
    for await (const piece of inflatedPieces(source, options, onTrailingBytes)) {
      produced += piece.length;
      if (produced > limits.inflatedBytes) return false;
    }
  } catch {
    // Damaged or short data is reported by the slice that it belongs to.
    return false;
  }
  return found;
}
