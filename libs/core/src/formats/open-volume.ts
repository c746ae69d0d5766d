import type { ByteSource } from './byte-source.js';
import { CtError } from '../errors.js';
import type { WasmCodecs } from './dicom/codecs/wasm-codec.js';
import { openDicom } from './dicom/open-dicom.js';
import type { Inflate } from './inflate/inflated-source.js';
import { defaultLimits, type Limits } from './limits.js';
import { openMetaImage } from './metaimage/open-metaimage.js';
import { openNifti } from './nifti/open-nifti.js';
import { isAnalyze, sniffFormat, sniffLength } from './sniff.js';
import type { CtVolume } from '../contracts/volume.js';

/** How `openVolume` opens a file. */
export interface OpenOptions {
  readonly limits?: Limits;
  readonly signal?: AbortSignal;
  /** The file's own name, from which the name of a `.hdr` file's `.img` follows. */
  readonly name?: string;
  /**
   * Finds a file beside the opened one (`.img` beside `.hdr`, `.raw` or `.zraw` beside `.mhd`); undefined when there is none. The name
   * is a plain file name.
   */
  readonly companion?: (name: string) => Promise<ByteSource | undefined>;
}

/** What Node and browsers do differently. */
export interface Platform {
  readonly inflate: Inflate;
  readonly codecs: WasmCodecs;
  readonly openPicture: (
    source: ByteSource,
    format: 'png' | 'jpeg',
    limits: Limits,
  ) => Promise<CtVolume>;
}

/** Opens a CT file of any supported format, told by its content. */
export type OpenVolume = (source: ByteSource, options?: OpenOptions) => Promise<CtVolume>;

/** Makes `openVolume` for a platform; all decoding but that of pictures and deflated streams is the same code. */
export function createOpenVolume({ inflate, codecs, openPicture }: Platform): OpenVolume {
  return async (source, options = {}) => {
    const { limits = defaultLimits, signal, companion, name } = options;
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
        return openNifti(source, { limits, inflate, image: () => findImage(name, companion) });
      case 'metaimage':
        return openMetaImage(source, { limits, inflate, companion });
      case 'dicom':
        return openDicom(source, { limits, signal, codecs });
      case undefined:
        if (isAnalyze(head)) {
          throw new CtError(
            'CT_UNSUPPORTED',
            'Expected NIfTI, this is a header of ANALYZE 7.5, which does not say left from right: convert it first',
          );
        }
        throw new CtError(
          'CT_UNKNOWN_FORMAT',
          `Expected DICOM, NIfTI, MetaImage, PNG or JPEG, the file starts with ${firstBytes(head)}`,
        );
    }
  };
}

/** `scan.hdr` → `scan.img` or `scan.img.gz`. */
async function findImage(
  name: string | undefined,
  companion: OpenOptions['companion'],
): Promise<ByteSource | undefined> {
  const stem = name?.replace(/\.hdr(\.gz)?$/i, '');
  if (stem === undefined || !companion) return undefined;
  return (await companion(`${stem}.img`)) ?? companion(`${stem}.img.gz`);
}

function firstBytes(head: Uint8Array): string {
  return [...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
