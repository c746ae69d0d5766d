import type { ByteSource } from '../byte-source.js';
import type { Warning } from '../../contracts/warning-codes.js';
import { CtError } from '../../errors.js';
import { axialView, type VoxelAxes } from '../../imaging/axial-view.js';
import type { Limits } from '../limits.js';
import type { CtFormat, CtSlice, CtVolume, MetadataEntry } from '../../contracts/volume.js';
import type { Window } from '../../imaging/window.js';
import { decodeVoxels, voxelBytes, type VoxelType } from './voxel-type.js';

/** Voxels that lie in a file one after the other, first axis fastest, as NIfTI and MetaImage store them. */
export interface RawVoxels {
  readonly format: CtFormat;
  /** Where voxel (0, 0, 0) is at `offset`. */
  readonly source: ByteSource;
  readonly offset: number;
  readonly type: VoxelType;
  readonly littleEndian: boolean;
  /** Values of one voxel: 1, or 3 and 4 for RGB and RGBA. */
  readonly channels: 1 | 3 | 4;
  /** Stored value to Hounsfield units: `slope * value + intercept`. */
  readonly slope: number;
  readonly intercept: number;
  readonly position: VoxelAxes;
  /** False where the file gives voxel sizes only, or not even these. */
  readonly oriented: boolean;
  readonly spaced: boolean;
  readonly windows: readonly Window[];
  readonly metadata: readonly MetadataEntry[];
}

/** Slices that are gathered in one pass where the file does not hold them in one piece. */
const gatheredAtOnce = 16;
/** What stands for a value that is no number: air outside of the scan. */
const outside = -1024;

/**
 * A volume over voxels that are read by ranges. A slice costs one read where the file stores axial slices; other orders are
 * gathered, sixteen neighbouring slices in one pass.
 *
 * Eight-bit voxels without a scale cannot hold Hounsfield units (air is -1000): they become grey 0–1 with `HU_LOST`.
 *
 * @throws {CtError} `CT_TOO_LARGE` past `limits.volumePixels`, `CT_TRUNCATED` when the source is too short.
 */
export function rawVolume(voxels: RawVoxels, limits: Limits): CtVolume {
  const { dimensions } = voxels.position;
  const [d0, d1, d2] = dimensions;
  if (!dimensions.every((size) => Number.isInteger(size) && size > 0)) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected three sizes of at least 1, got ${dimensions.join('×')}`,
    );
  }
  const count = d0 * d1 * d2;
  if (count > limits.volumePixels) {
    throw new CtError(
      'CT_TOO_LARGE',
      `Expected at most ${limits.volumePixels} voxels, the header says ${dimensions.join('×')}`,
    );
  }
  const bytesPerVoxel = voxelBytes[voxels.type] * voxels.channels;
  const needed = voxels.offset + count * bytesPerVoxel;
  if (needed > voxels.source.size) {
    throw new CtError(
      'CT_TRUNCATED',
      `Expected ${needed} bytes for ${dimensions.join('×')} voxels, the file has ${voxels.source.size}`,
    );
  }
  const grey =
    voxels.channels > 1 ||
    ((voxels.type === 'uint8' || voxels.type === 'int8') &&
      voxels.slope === 1 &&
      voxels.intercept === 0);
  const view = axialView(voxels.position);
  const { columns, rows, sliceCount } = view;
  const unit = grey ? 'grey' : 'HU';
  const gathered = new Map<number, Float32Array>();

  return {
    format: voxels.format,
    columns,
    rows,
    sliceCount,
    unit,
    pixelSpacing: voxels.spaced
      ? { column: view.geometry.spacing.column, row: view.geometry.spacing.row }
      : undefined,
    geometry: voxels.oriented && voxels.spaced ? view.geometry : undefined,
    windows: voxels.windows,
    warnings: warningsOf(voxels, grey),
    metadata: voxels.metadata,
    view: voxels.oriented ? view.plane : null,
    acquisition: { modality: null, imageType: [], bodyPart: null },
    sliceFiles: null,
    slice,
  };

  async function slice(index: number, signal?: AbortSignal): Promise<CtSlice> {
    if (!Number.isInteger(index) || index < 0 || index >= sliceCount) {
      throw new CtError(
        'CT_SLICE_RANGE',
        `Expected a slice from 0 to ${sliceCount - 1}, got ${index}`,
      );
    }
    const pixels =
      view.order[2] === 2 ? await readPlane(index, signal) : await readGathered(index, signal);
    return { index, columns, rows, unit, pixels };
  }

  /** A slice that is one piece of the file. */
  async function readPlane(index: number, signal?: AbortSignal): Promise<Float32Array> {
    const plane = view.flipped[2] ? sliceCount - 1 - index : index;
    const values = await readValues(plane, signal);
    const across = view.order[0] === 0 ? 1 : d0;
    const down = view.order[1] === 1 ? d0 : 1;
    const stepX = view.flipped[0] ? -across : across;
    const stepY = view.flipped[1] ? -down : down;
    const start =
      (view.flipped[0] ? (columns - 1) * across : 0) + (view.flipped[1] ? (rows - 1) * down : 0);
    if (start === 0 && stepX === 1 && stepY === columns) return values;
    const pixels = new Float32Array(columns * rows);
    for (let row = 0; row < rows; row++) {
      let at = start + row * stepY;
      for (let column = 0; column < columns; column++, at += stepX) {
        pixels[row * columns + column] = values[at]!;
      }
    }
    return pixels;
  }

  /** A slice whose pixels lie all over the file. */
  async function readGathered(index: number, signal?: AbortSignal): Promise<Float32Array> {
    const known = gathered.get(index);
    if (known) return known;
    gathered.clear();
    const first = index - (index % gatheredAtOnce);
    const last = Math.min(sliceCount, first + gatheredAtOnce);
    for (let k = first; k < last; k++) gathered.set(k, new Float32Array(columns * rows));
    const strides = [1, d0] as const;
    // The file's slowest axis is a column or a row of the picture; one of its planes fills a line of each slice.
    const slowIsRow = view.order[1] === 2;
    const slowDirection = slowIsRow ? 1 : 0;
    const other = slowIsRow ? 0 : 1;
    const otherStride = strides[view.order[other] as 0 | 1];
    const sliceStride = strides[view.order[2] as 0 | 1];
    for (let plane = 0; plane < d2; plane++) {
      const values = await readValues(plane, signal);
      const line = view.flipped[slowDirection] ? d2 - 1 - plane : plane;
      for (let k = first; k < last; k++) {
        const pixels = gathered.get(k)!;
        const from = (view.flipped[2] ? sliceCount - 1 - k : k) * sliceStride;
        const length = slowIsRow ? columns : rows;
        for (let i = 0; i < length; i++) {
          const at = from + (view.flipped[other] ? length - 1 - i : i) * otherStride;
          pixels[slowIsRow ? line * columns + i : i * columns + line] = values[at]!;
        }
      }
    }
    return gathered.get(index)!;
  }

  /** One plane of the file's two fast axes, scaled. */
  async function readValues(plane: number, signal?: AbortSignal): Promise<Float32Array> {
    if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Decoding was cancelled');
    const length = d0 * d1 * bytesPerVoxel;
    const bytes = await voxels.source.read(voxels.offset + plane * length, length);
    if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Decoding was cancelled');
    return scaled(decodeVoxels(bytes, voxels.type, voxels.littleEndian), voxels, grey, d0 * d1);
  }
}

function scaled(
  stored: ArrayLike<number>,
  { slope, intercept, channels }: RawVoxels,
  grey: boolean,
  count: number,
): Float32Array {
  const pixels = new Float32Array(count);
  if (channels > 1) {
    for (let i = 0, at = 0; i < count; i++, at += channels) {
      const luminance = 0.299 * stored[at]! + 0.587 * stored[at + 1]! + 0.114 * stored[at + 2]!;
      pixels[i] = luminance / 255;
    }
    return pixels;
  }
  const factor = grey ? 1 / 255 : slope;
  for (let i = 0; i < count; i++) {
    const value = stored[i]! * factor + intercept;
    // Doubles past the range of a float are no measurements either.
    pixels[i] = Math.abs(value) < 3e38 ? value : outside;
  }
  return pixels;
}

function warningsOf({ channels, spaced, oriented }: RawVoxels, grey: boolean): Warning[] {
  return [
    ...(grey ? [{ code: 'HU_LOST' } as const] : []),
    ...(channels > 1 ? [{ code: 'COLOUR_TO_GREY' } as const] : []),
    ...(spaced ? [] : [{ code: 'NO_SPACING' } as const]),
    ...(oriented ? [] : [{ code: 'NO_ORIENTATION' } as const]),
  ];
}
