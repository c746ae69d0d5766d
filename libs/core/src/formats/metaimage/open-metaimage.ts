import type { ByteSource } from '../byte-source.js';
import { CtError } from '../../errors.js';
import { inflatedSource, type Inflate } from '../inflate/inflated-source.js';
import type { Limits } from '../limits.js';
import type { CtVolume, MetadataEntry } from '../../contracts/volume.js';
import { findCompanion } from '../find-companion.js';
import { rawVolume } from '../voxels/raw-volume.js';
import { voxelBytes } from '../voxels/voxel-type.js';
import {
  metaImageHeaderLimit,
  readMetaImageHeader,
  type MetaImageHeader,
} from './metaimage-header.js';
import { metaImagePosition } from './metaimage-position.js';
import { sliceFilesSource } from './slice-files-source.js';

/** See {@link openMetaImage}. */
export interface MetaImageOptions {
  readonly limits: Limits;
  readonly inflate: Inflate;
  readonly companion?: ((name: string) => Promise<ByteSource | undefined>) | undefined;
  /** Which volume of a file with several to open, from 0. */
  readonly timePoint?: number | undefined;
}

/**
 * Opens a MetaImage: header and voxels in one file (`.mha`) or in two or more (`.mhd` with `.raw`, `.zraw`, a list or a numbered
 * pattern). Voxels are read by ranges, deflated ones by inflating up to them.
 *
 * @throws {CtError} `CT_MISSING_COMPANION`, `CT_UNSUPPORTED`, `CT_TOO_LARGE`, `CT_TRUNCATED`, `CT_CORRUPT`.
 */
export async function openMetaImage(
  source: ByteSource,
  options: MetaImageOptions,
): Promise<CtVolume> {
  const { limits, inflate } = options;
  const head = await source.read(0, Math.min(source.size, metaImageHeaderLimit));
  const header = readMetaImageHeader(head);
  const volumes = header.dimensions[3] ?? 1;
  const { timePoint = 0 } = options;
  const { axes, oriented, spaced } = metaImagePosition(header);
  const count = axes.dimensions.reduce((product, size) => product * size, 1);
  if (![...axes.dimensions, volumes].every((size) => Number.isInteger(size) && size > 0)) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected sizes of at least 1, the header says ${header.dimensions.join('×')}`,
    );
  }
  if (count > limits.volumePixels) {
    throw new CtError(
      'CT_TOO_LARGE',
      `Expected at most ${limits.volumePixels} voxels, the header says ${header.dimensions.join('×')}`,
    );
  }
  if (timePoint < 0 || timePoint >= volumes) {
    throw new CtError(
      'CT_SLICE_RANGE',
      `Expected a volume from 0 to ${volumes - 1} of the file, got ${timePoint}`,
    );
  }
  const volumeBytes = count * voxelBytes[header.type] * header.channels;
  const size = volumes * volumeBytes;
  const local = /^local$/i.test(header.dataFile);
  const file = local ? source : await dataSource(header, head, size, options);
  const start = local
    ? header.length
    : header.headerSize === -1
      ? Math.max(0, file.size - size)
      : header.headerSize;
  const voxels = header.compressed
    ? inflatedSource(file, { start, size, container: 'zlib', inflate, limits })
    : file;
  return rawVolume(
    {
      format: 'metaimage',
      source: voxels,
      offset: (header.compressed ? 0 : start) + timePoint * volumeBytes,
      type: header.type,
      channels: header.channels,
      littleEndian: header.littleEndian,
      slope: rescale(header, 'ElementToIntensityFunctionSlope', 1),
      intercept: rescale(header, 'ElementToIntensityFunctionOffset', 0),
      position: axes,
      oriented,
      spaced,
      windows: [],
      metadata: metadataOf(header),
      forwardsOnly: header.compressed,
      timePoint: volumes > 1 ? { index: timePoint, count: volumes } : null,
      modality: modalityOf(header),
      warnings: [],
    },
    limits,
  );
}

/** The file or files that the header names. */
async function dataSource(
  header: MetaImageHeader,
  head: Uint8Array,
  size: number,
  { companion }: MetaImageOptions,
): Promise<ByteSource> {
  const find = async (written: string): Promise<ByteSource> => {
    const name = written.replace(/^(\.[\\/])+/, '');
    // A header from anywhere must not make us read files elsewhere.
    if (/[\\/\0]/.test(name) || name === '..' || name === '.') {
      throw new CtError(
        'CT_CORRUPT',
        'Expected the name of a file next to the header in ElementDataFile, got a path',
      );
    }
    const found = companion && (await findCompanion(companion, name));
    if (!found)
      throw new CtError(
        'CT_MISSING_COMPANION',
        `Expected the voxels in "${name}" next to the header`,
      );
    return found;
  };
  const names = sliceNames(header, head);
  if (names === undefined) return find(header.dataFile);
  const depth = (header.dimensions[2] ?? 1) * (header.dimensions[3] ?? 1);
  if (header.compressed || names.length !== depth) {
    throw new CtError(
      'CT_UNSUPPORTED',
      `Expected one uncompressed file for each of ${depth} slices, the header names ${names.length}`,
    );
  }
  return sliceFilesSource(names, find, size / depth, header.headerSize);
}

/** The names of files of one slice each: the lines after `LIST`, or a printf pattern with first, last and step; undefined for one file. */
function sliceNames({ dataFile, length }: MetaImageHeader, head: Uint8Array): string[] | undefined {
  if (/^LIST\b/i.test(dataFile)) {
    const text = String.fromCharCode(...head.subarray(length, length + 32 * 1024));
    return text
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
  }
  const pattern = /^(\S*)%(0?)(\d*)d(\S*)\s+(\d+)\s+(\d+)(?:\s+(\d+))?$/.exec(dataFile);
  if (!pattern) return undefined;
  const [, before = '', zero = '', width = '', after = '', first = '0', last = '0', step = '1'] =
    pattern;
  const names: string[] = [];
  for (
    let i = Number(first);
    i <= Number(last) && names.length <= 65_536;
    i += Math.max(1, Number(step))
  ) {
    names.push(before + String(i).padStart(Number(width || 0), zero === '0' ? '0' : ' ') + after);
  }
  return names;
}

function rescale({ fields }: MetaImageHeader, key: string, otherwise: number): number {
  const value = Number(fields.get(key) ?? otherwise);
  return Number.isFinite(value) ? value : otherwise;
}

/** MetaIO's Modality (`MET_MOD_CT`, `MET_MOD_MR`, …) as DICOM names it; null if it is missing or unknown. */
function modalityOf({ fields }: MetaImageHeader): string | null {
  const word = /^MET_MOD_([A-Z]+)$/.exec(fields.get('Modality') ?? '')?.[1];
  return word === undefined || word === 'UNKNOWN' ? null : word === 'OTHER' ? 'OT' : word;
}

function metadataOf({ fields }: MetaImageHeader): MetadataEntry[] {
  return [...fields].map(([key, value]) => ({
    key,
    name: key,
    value,
    identifying: /^(Comment|Name|ID|PatientName|PatientID)$/i.test(key),
  }));
}
