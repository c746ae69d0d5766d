import type { ByteSource } from '../byte-source.js';
import { CtError } from '../../errors.js';
import { hasTrailingBytes } from '../inflate/gunzipped.js';
import { inflatedSource, type Inflate } from '../inflate/inflated-source.js';
import type { Limits } from '../limits.js';
import type { CtVolume, MetadataEntry } from '../../contracts/volume.js';
import { rawVolume } from '../voxels/raw-volume.js';
import { voxelBytes } from '../voxels/voxel-type.js';
import type { Window } from '../../imaging/window.js';
import {
  niftiHeaderLength,
  niftiVoxelType,
  readNiftiHeader,
  type NiftiHeader,
} from './nifti-header.js';
import { niftiPosition } from './nifti-position.js';

/** See {@link openNifti}. */
export interface NiftiOptions {
  readonly limits: Limits;
  readonly inflate: Inflate;
  /** Finds the voxels of a `.hdr` file, which does not name them. */
  readonly image?: () => Promise<ByteSource | undefined>;
  /** Which volume of a file with several to open, from 0. */
  readonly timePoint?: number | undefined;
}

/**
 * Opens NIfTI-1 or -2: one file (`.nii`), gzipped (`.nii.gz`), or a header with its voxels next to it (`.hdr`, `.img`). Reads only
 * the header; slices are read by ranges, gzipped ones by inflating up to them.
 *
 * A file of several volumes (4D) opens the first one, or the one that is asked for, with the warning `OTHER_VOLUMES`.
 *
 * @throws {CtError} `CT_UNSUPPORTED` for complex numbers, `CT_SLICE_RANGE` for a volume that does not exist, `CT_MISSING_COMPANION`, `CT_TOO_LARGE`,
 *   `CT_TRUNCATED`, `CT_CORRUPT`.
 */
export async function openNifti(source: ByteSource, options: NiftiOptions): Promise<CtVolume> {
  const { limits } = options;
  const zipped = await isGzip(source);
  // One stream for header and voxels: a second one would inflate the beginning again.
  const unzipped = zipped ? inflated(source, options) : source;
  const header = readNiftiHeader(await readHead(unzipped, zipped));
  const { type, channels } = niftiVoxelType(header.datatype);
  const [, , , ...more] = header.dimensions;
  const volumes = more.reduce((product, size) => product * size, 1);
  const { timePoint = 0 } = options;
  if (timePoint < 0 || timePoint >= volumes) {
    throw new CtError(
      'CT_SLICE_RANGE',
      `Expected a volume from 0 to ${volumes - 1} of the file, got ${timePoint}`,
    );
  }
  const { axes, oriented, spaced, repaired } = niftiPosition(header);
  const start = header.pair
    ? header.offset
    : Math.max(header.offset, header.version === 1 ? 352 : 544);
  const [d0, d1, d2] = axes.dimensions;
  const volumeBytes = d0 * d1 * d2 * voxelBytes[type] * channels;
  const offset = start + timePoint * volumeBytes;
  const needed = start + volumes * volumeBytes;
  if (d0 * d1 * d2 > limits.volumePixels) {
    throw new CtError(
      'CT_TOO_LARGE',
      `Expected at most ${limits.volumePixels} voxels, the header says ${axes.dimensions.join('×')}`,
    );
  }
  const pair = header.pair ? await pairedVoxels(options) : undefined;
  const voxels = pair?.voxels ?? unzipped;
  const compressed = pair ? pair.compressed : zipped ? source : undefined;
  if (compressed && needed > limits.inflatedBytes) {
    throw new CtError(
      'CT_TOO_LARGE',
      `Expected at most ${limits.inflatedBytes} inflated bytes, the header declares ${needed}`,
    );
  }
  // A slope of 0 means "none" (nifti1.h); nibabel ignores an unusable one too.
  const scaled =
    header.slope !== 0 && Number.isFinite(header.slope) && Number.isFinite(header.intercept);
  return rawVolume(
    {
      format: 'nifti',
      source: voxels,
      offset,
      type,
      channels,
      littleEndian: header.littleEndian,
      slope: scaled ? header.slope : 1,
      intercept: scaled ? header.intercept : 0,
      position: axes,
      oriented,
      spaced,
      windows: headerWindow(header),
      metadata: metadataOf(header),
      forwardsOnly: compressed !== undefined,
      timePoint: volumes > 1 ? { index: timePoint, count: volumes } : null,
      modality: null,
      warnings: [
        ...[
          ...(repaired === undefined ? [] : [repaired]),
          ...header.emptyAxes.map((axis) => `size 0 of axis ${axis} read as 1`),
        ].map((detail) => ({ code: 'HEADER_REPAIRED', detail }) as const),
        ...(compressed && (await hasTrailingBytes(compressed, needed, options))
          ? [{ code: 'TRAILING_BYTES' } as const]
          : []),
      ],
    },
    limits,
  );
}

async function isGzip(source: ByteSource): Promise<boolean> {
  const [first, second] = await source.read(0, Math.min(2, source.size));
  return first === 0x1f && second === 0x8b;
}

/** The header's bytes: 540, or all there are. */
async function readHead(source: ByteSource, zipped: boolean): Promise<Uint8Array> {
  if (!zipped) return source.read(0, Math.min(source.size, niftiHeaderLength));
  try {
    return await source.read(0, niftiHeaderLength);
  } catch (error) {
    // A NIfTI-1 file of a few voxels can be shorter than a NIfTI-2 header.
    if (error instanceof CtError && error.code === 'CT_TRUNCATED') return source.read(0, 348);
    throw error;
  }
}

function inflated(source: ByteSource, { inflate, limits }: NiftiOptions): ByteSource {
  const size = limits.inflatedBytes;
  return inflatedSource(source, { start: 0, size, container: 'gzip', inflate, limits });
}

/** The voxels of a pair, and their file where it is compressed. */
async function pairedVoxels(
  options: NiftiOptions,
): Promise<{ voxels: ByteSource; compressed: ByteSource | undefined }> {
  const image = await options.image?.();
  if (!image) {
    throw new CtError(
      'CT_MISSING_COMPANION',
      'Expected the voxels in an .img file next to the .hdr header',
    );
  }
  return (await isGzip(image))
    ? { voxels: inflated(image, options), compressed: image }
    : { voxels: image, compressed: undefined };
}

function headerWindow({ calMin, calMax }: NiftiHeader): Window[] {
  if (!(Number.isFinite(calMin) && Number.isFinite(calMax) && calMax > calMin)) return [];
  return [{ center: (calMin + calMax) / 2, width: calMax - calMin, name: 'Header' }];
}

function metadataOf(header: NiftiHeader): MetadataEntry[] {
  const entry = (key: string, name: string, value: string | number, identifying = false) => ({
    key,
    name,
    value: String(value),
    identifying,
  });
  return [
    entry('version', 'NIfTI version', header.version),
    entry('dim', 'Dimensions', header.dimensions.join(' × ')),
    entry('pixdim', 'Voxel size', header.voxelSize.join(' × ')),
    entry('datatype', 'Datatype', header.datatype),
    entry('scl_slope', 'Slope', header.slope),
    entry('scl_inter', 'Intercept', header.intercept),
    entry('qform_code', 'Code of the qform', header.qformCode),
    entry('sform_code', 'Code of the sform', header.sformCode),
    // Free text, into which some converters write the patient's name.
    entry('descrip', 'Description', header.description, true),
  ];
}
