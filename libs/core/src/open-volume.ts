import type { ByteSource } from './byte-source.js';
import { CtError } from './errors.js';
import { openPicture } from './image/open-picture.js';
import { defaultLimits, type Limits } from './limits.js';
import { sniffFormat, sniffLength } from './sniff.js';
import type { CtVolume } from './volume.js';

/** How {@link openVolume} opens a file. */
export interface OpenOptions {
  readonly limits?: Limits;
  readonly signal?: AbortSignal;
  /**
   * Finds the file that a header names (`.img` beside `.hdr`, `.raw` or `.zraw` beside `.mhd`); undefined when there is none. The
   * name is a plain file name.
   */
  readonly companion?: (name: string) => Promise<ByteSource | undefined>;
}

/**
 * Opens a CT file of any supported format, told by its content.
 *
 * @throws {CtError} `CT_EMPTY`, `CT_UNKNOWN_FORMAT`, or what the format's decoder throws.
 */
export async function openVolume(source: ByteSource, options: OpenOptions = {}): Promise<CtVolume> {
  const { limits = defaultLimits, signal } = options;
  if (source.size === 0)
    throw new CtError('CT_EMPTY', 'Expected a CT image, the file has no bytes');
  if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Opening was cancelled');
  const head = await source.read(0, Math.min(source.size, sniffLength));
  const format = sniffFormat(head);
  switch (format) {
    case 'png':
    case 'jpeg':
      return openPicture(source, format, limits);
    case 'gzip':
    case 'nifti':
    case 'metaimage':
    case 'dicom':
    case undefined:
      throw new CtError(
        'CT_UNKNOWN_FORMAT',
        `Expected DICOM, NIfTI, MetaImage, PNG or JPEG, the file starts with ${firstBytes(head)}`,
      );
  }
}

function firstBytes(head: Uint8Array): string {
  return [...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
