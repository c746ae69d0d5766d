import type { CtFormat } from '../contracts/volume.js';

/** Bytes from the start of a file that {@link sniffFormat} needs. */
export const sniffLength = 544;

/**
 * Tells the format from the first bytes, never from a name; 34 of the COVID-CT dataset's `.png` files are JPEG inside.
 *
 * Reports `gzip` for anything gzipped: only inflating shows whether NIfTI is inside. DICOM without its preamble starts
 * with a plausible data element of group 0002, 0004 or 0008.
 *
 * @returns undefined when no format fits.
 */
export function sniffFormat(head: Uint8Array): CtFormat | 'gzip' | undefined {
  if (startsWith(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png';
  if (startsWith(head, [0xff, 0xd8, 0xff])) return 'jpeg';
  if (text(head, 128, 4) === 'DICM') return 'dicom';
  if (startsWith(head, [0x1f, 0x8b])) return 'gzip';
  if (isNifti(head)) return 'nifti';
  if (isMetaImage(head)) return 'metaimage';
  if (startsWithDataElement(head)) return 'dicom';
  return undefined;
}

/** NIfTI-1: `sizeof_hdr` 348 and magic at 344; NIfTI-2: 540 and magic at 4; in either byte order. */
function isNifti(head: Uint8Array): boolean {
  if (head.length < 12) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const sizes = [view.getInt32(0, true), view.getInt32(0, false)];
  if (sizes.includes(348)) return ['n+1\0', 'ni1\0'].includes(text(head, 344, 4));
  if (sizes.includes(540)) return ['n+2\0', 'ni2\0'].includes(text(head, 4, 4));
  return false;
}

/** Whether a file starts with a header of ANALYZE 7.5, NIfTI's forerunner: 348 and one to seven dimensions, without a magic. */
export function isAnalyze(head: Uint8Array): boolean {
  if (head.length < 348 || isNifti(head)) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return [true, false].some((littleEndian) => {
    const dimensions = view.getInt16(40, littleEndian);
    return view.getInt32(0, littleEndian) === 348 && dimensions >= 1 && dimensions <= 7;
  });
}

/** MetaImage headers are lines of `Key = value`; the first key is ObjectType or, in older files, NDims or Comment. */
function isMetaImage(head: Uint8Array): boolean {
  return /^\s*(ObjectType|NDims|Comment)\s*=/.test(text(head, 0, 64));
}

/** A data element of an early group, as files without preamble start: explicit with letters for its VR, or implicit. */
function startsWithDataElement(head: Uint8Array): boolean {
  if (head.length < 8) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  for (const littleEndian of [true, false]) {
    const group = view.getUint16(0, littleEndian);
    const element = view.getUint16(2, littleEndian);
    if (![0x0002, 0x0004, 0x0008].includes(group) || element > 0x2000) continue;
    if (/^[A-Z]{2}$/.test(text(head, 4, 2))) return true;
    const length = view.getUint32(4, littleEndian);
    if (littleEndian && length <= 1024 && length % 2 === 0) return true;
  }
  return false;
}

function startsWith(head: Uint8Array, signature: readonly number[]): boolean {
  return head.length >= signature.length && signature.every((byte, i) => head[i] === byte);
}

function text(head: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...head.subarray(offset, offset + length));
}
