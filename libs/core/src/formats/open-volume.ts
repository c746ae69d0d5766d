import type { ByteSource } from './byte-source.js';
import type { Warning } from '../contracts/warning-codes.js';
import { CtError } from '../errors.js';
import { findCompanion } from './find-companion.js';
import { gunzipped } from './inflate/gunzipped.js';
import type { WasmCodecs } from './dicom/codecs/wasm-codec.js';
import { openDicom } from './dicom/open-dicom.js';
import { inflatedPieces, type Inflate } from './inflate/inflated-source.js';
import { defaultLimits, type Limits } from './limits.js';
import { openMetaImage } from './metaimage/open-metaimage.js';
import { openNifti } from './nifti/open-nifti.js';
import { isAnalyze, sniffFormat, sniffLength } from './sniff.js';
import type { CtVolume } from '../contracts/volume.js';

/** How `openVolume` opens a file. */
export interface OpenOptions {
  readonly limits?: Limits;
  readonly signal?: AbortSignal;
  /** The file's own name, which gives the names of its companions: `.hdr` and `.img`, `.mhd` and `.raw`. */
  readonly name?: string;
  /**
   * Finds a file next to the opened one, header or voxels; undefined when there is none. The name is a plain file name.
   */
  readonly companion?: (name: string) => Promise<ByteSource | undefined>;
  /** Which volume of a file with several (4D NIfTI, phases in one DICOM file) to open, from 0. Default 0. */
  readonly timePoint?: number;
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

/** Opens a CT file of any supported format, detected by its content. */
export type OpenVolume = (source: ByteSource, options?: OpenOptions) => Promise<CtVolume>;

/** Makes `openVolume` for a platform; all decoding except pictures and deflated streams is shared. */
export function createOpenVolume(platform: Platform): OpenVolume {
  const { inflate, codecs, openPicture } = platform;
  return async (source, options = {}) => {
    const { limits = defaultLimits, signal, companion, name, timePoint } = options;
    if (source.size === 0)
      throw new CtError('CT_EMPTY', 'Expected a CT image, the file has no bytes');
    if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Opening was cancelled');
    // The voxels of a pair have no signature of their own; by chance they may look like another format.
    const pair = await openByHeader(source, options);
    if (pair) return pair;
    const head = await source.read(0, Math.min(source.size, sniffLength));
    const format = sniffFormat(head);
    switch (format) {
      case 'png':
      case 'jpeg':
        return openPicture(source, format, limits);
      case 'gzip':
        return openGzip(source, options);
      case 'nifti':
        return openNifti(source, {
          ...{ limits, inflate, timePoint },
          image: () => findImage(name, companion),
        });
      case 'metaimage':
        return openMetaImage(source, { limits, inflate, companion, timePoint });
      case 'dicom':
        return openDicom(source, { limits, signal, codecs, inflate, timePoint });
      case undefined:
        if (isAnalyze(head)) {
          throw new CtError(
            'CT_UNSUPPORTED',
            'Expected NIfTI, got an ANALYZE 7.5 header, which does not distinguish left from right: convert it first',
          );
        }
        throw new CtError(
          'CT_UNKNOWN_FORMAT',
          `Expected DICOM, NIfTI, MetaImage, PNG or JPEG, the file starts with ${firstBytes(head)}`,
        );
    }
  };

  /** A gzipped file: NIfTI is read while it inflates, other formats are inflated first. */
  async function openGzip(source: ByteSource, options: OpenOptions): Promise<CtVolume> {
    const { limits = defaultLimits, name, companion, timePoint } = options;
    const data = { start: 0, container: 'gzip', inflate, limits } as const;
    const start: number[] = [];
    for await (const piece of inflatedPieces(source, data)) {
      for (const byte of piece.subarray(0, sniffLength - start.length)) start.push(byte);
      if (start.length >= sniffLength) break;
    }
    const format = sniffFormat(Uint8Array.from(start));
    if (format === 'nifti') {
      return openNifti(source, {
        ...{ limits, inflate, timePoint },
        image: () => findImage(name, companion),
      });
    }
    if (format === undefined || format === 'gzip') {
      throw new CtError(
        'CT_UNKNOWN_FORMAT',
        `Expected gzipped NIfTI, DICOM or MetaImage, the inflated file starts with ${firstBytes(Uint8Array.from(start))}`,
      );
    }
    const whole = await gunzipped(source, { inflate, limits });
    const volume = await createOpenVolume(platform)(whole.source, options);
    if (!whole.hasTrailingBytes) return volume;
    return withWarnings(volume, [{ code: 'TRAILING_BYTES' }]);
  }

  /** A file named as voxels (`.img`, `.raw`, `.zraw`) with its header next to it; undefined for others. */
  async function openByHeader(
    source: ByteSource,
    { limits = defaultLimits, companion, name, timePoint }: OpenOptions,
  ): Promise<CtVolume | undefined> {
    const parts = /^(.+)\.(img(?:\.gz)?|raw|zraw)$/i.exec(name ?? '');
    if (!companion || !parts) return undefined;
    const [, stem = '', ending = ''] = parts;
    const isImage = /^img/i.test(ending);
    for (const other of isImage ? ['.hdr', '.hdr.gz'] : ['.mhd']) {
      const header = await findCompanion(companion, stem + other);
      if (!header || header.size === 0) continue;
      const head = await header.read(0, Math.min(header.size, sniffLength));
      const format = sniffFormat(head);
      if (format === 'nifti' || (format === 'gzip' && isImage)) {
        return openNifti(header, {
          ...{ limits, inflate, timePoint },
          image: () => Promise.resolve(source),
        });
      }
      if (format === 'metaimage') {
        const find = (wanted: string) =>
          wanted === name ? Promise.resolve(source) : companion(wanted);
        return openMetaImage(header, { limits, inflate, companion: find, timePoint });
      }
    }
    return undefined;
  }
}

/** The same volume with more warnings; its lazy metadata stays lazy. */
function withWarnings(volume: CtVolume, warnings: readonly Warning[]): CtVolume {
  return Object.defineProperties(
    {},
    {
      ...Object.getOwnPropertyDescriptors(volume),
      warnings: { value: [...volume.warnings, ...warnings], enumerable: true },
    },
  ) as CtVolume;
}

/** `scan.hdr` → `scan.img` or `scan.img.gz`, in whatever case exists. */
async function findImage(
  name: string | undefined,
  companion: OpenOptions['companion'],
): Promise<ByteSource | undefined> {
  const stem = name?.replace(/\.hdr(\.gz)?$/i, '');
  if (stem === undefined || !companion) return undefined;
  return (
    (await findCompanion(companion, `${stem}.img`)) ?? findCompanion(companion, `${stem}.img.gz`)
  );
}

function firstBytes(head: Uint8Array): string {
  return [...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
