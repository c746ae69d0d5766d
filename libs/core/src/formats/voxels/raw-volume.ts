import type { ByteSource } from '../byte-source.js';
import type { Warning } from '../../contracts/warning-codes.js';
import { CtError } from '../../errors.js';
import { axialView, type VoxelAxes } from '../../imaging/axial-view.js';
import type { Limits } from '../limits.js';
import type { CtFormat, CtSlice, CtVolume, MetadataEntry } from '../../contracts/volume.js';
import type { Window } from '../../imaging/window.js';
import {
  applyMeaning,
  greyMeaning,
  valueMeaning,
  type ValueMeaning,
} from '../values/value-meaning.js';
import { ValueSample } from '../values/value-sample.js';
import { decodeVoxels, voxelBytes, type VoxelType } from './voxel-type.js';

/** Voxels stored consecutively in a file, first axis fastest, as in NIfTI and MetaImage. */
export interface RawVoxels {
  readonly format: CtFormat;
  /** Where voxel (0, 0, 0) is at `offset`. */
  readonly source: ByteSource;
  readonly offset: number;
  readonly type: VoxelType;
  readonly littleEndian: boolean;
  /** Values per voxel: 1, or 3 and 4 for RGB and RGBA. */
  readonly channels: 1 | 3 | 4;
  /** Stored value to the file's values: `slope * value + intercept`. */
  readonly slope: number;
  readonly intercept: number;
  readonly position: VoxelAxes;
  /** False if the file gives voxel sizes only, or not even these. */
  readonly oriented: boolean;
  readonly spaced: boolean;
  readonly windows: readonly Window[];
  readonly metadata: readonly MetadataEntry[];
  /** The voxels come from a deflated stream: sampling far into it is expensive. */
  readonly forwardsOnly: boolean;
  /** Which volume of several is at `offset`; null if the file holds one. */
  readonly timePoint: CtVolume['timePoint'];
  /** DICOM's term for the modality if the header has one; else null. */
  readonly modality: string | null;
  /** Warnings from reading the header. */
  readonly warnings: readonly Warning[];
}

/** Slices gathered in one pass if the file does not hold each in one piece. */
const gatheredAtOnce = 16;
/** Replaces values that are not finite: air outside of the scan. */
const outside = -1024;
/** Where values are sampled to find out what they mean, as shares of the file's planes; less far into a deflated stream. */
const lookedAt = [0, 0.25, 0.5, 0.75, 1];
const lookedAtForwards = [0, 0.25, 0.5];

/**
 * A volume over voxels that are read by ranges. A slice costs one read if the file stores axial slices; other orders are
 * gathered, sixteen neighbouring slices in one pass.
 *
 * The formats do not say what a value means, so the values of a few planes decide: see {@link valueMeaning}.
 *
 * @throws {CtError} `CT_TOO_LARGE` past `limits.volumePixels`, `CT_TRUNCATED` when the source is too short.
 */
export async function rawVolume(voxels: RawVoxels, limits: Limits): Promise<CtVolume> {
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
  const view = axialView(voxels.position);
  const { columns, rows, sliceCount } = view;
  const gathered = new Map<number, Float32Array>();
  /** A plane that was decoded to find out what the values mean, for the slice that needs it next. */
  let kept: { plane: number; stored: WeakRef<StoredPlane> } | undefined;
  const meaning = await findMeaning();
  const { unit } = meaning;

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
    warnings: [...meaning.warnings, ...voxels.warnings, ...positionWarnings(voxels)],
    metadata: voxels.metadata,
    view: voxels.oriented ? view.plane : null,
    acquisition: { modality: voxels.modality, imageType: [], bodyPart: null },
    sliceFiles: null,
    greyRange: meaning.unit === 'grey' ? { black: meaning.black, white: meaning.white } : null,
    timePoint: voxels.timePoint,
    colours: null,
    slice,
  };

  async function findMeaning(): Promise<ValueMeaning> {
    const { slope, intercept, channels, type, modality } = voxels;
    if (channels > 1 || (type === 'uint8' && slope === 1 && intercept === 0)) {
      // Air is -1000: bytes without a scale cannot hold it.
      return { unit: 'grey', black: 0, white: 255, warnings: [{ code: 'HU_LOST' }] };
    }
    const sample = new ValueSample();
    const shares = voxels.forwardsOnly ? lookedAtForwards : lookedAt;
    for (const plane of new Set(shares.map((share) => Math.floor(share * (d2 - 1))))) {
      // Voxels that cannot be read are reported when their slice is asked for.
      const stored = await readStored(plane).catch(() => undefined);
      if (!stored) break;
      sample.add(stored.values);
      kept ??= { plane, stored: new WeakRef(stored) };
      if (sample.looksLikeHu) break;
    }
    return modality === null || modality === 'CT'
      ? valueMeaning(sample, { slope, intercept })
      : greyMeaning(sample, { slope, intercept });
  }

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

  /** A slice whose pixels are scattered over the file. */
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

  /** One plane of the file's two fast axes, as pixels. */
  async function readValues(plane: number, signal?: AbortSignal): Promise<Float32Array> {
    const known = kept?.plane === plane ? kept.stored.deref() : undefined;
    if (known) kept = undefined;
    if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Decoding was cancelled');
    const stored = known ?? (await readStored(plane));
    if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Decoding was cancelled');
    return toPixels(stored, meaning);
  }

  /** One plane in the file's values; NaN for values that are not finite. */
  async function readStored(plane: number): Promise<StoredPlane> {
    const length = d0 * d1 * bytesPerVoxel;
    const bytes = await voxels.source.read(voxels.offset + plane * length, length);
    return scaled(decodeVoxels(bytes, voxels.type, voxels.littleEndian), voxels, d0 * d1);
  }
}

/** A plane in the file's values. */
interface StoredPlane {
  readonly values: Float32Array;
  /** Whether some values are not finite; they are NaN. */
  readonly hasGaps: boolean;
}

function scaled(
  stored: ArrayLike<number>,
  { slope, intercept, channels, type }: RawVoxels,
  count: number,
): StoredPlane {
  const values = new Float32Array(count);
  if (channels > 1) {
    for (let i = 0, at = 0; i < count; i++, at += channels)
      values[i] = 0.299 * stored[at]! + 0.587 * stored[at + 1]! + 0.114 * stored[at + 2]!;
    return { values, hasGaps: false };
  }
  if (slope === 1 && intercept === 0 && !type.startsWith('float')) {
    values.set(stored);
    return { values, hasGaps: false };
  }
  let hasGaps = false;
  for (let i = 0; i < count; i++) {
    const value = stored[i]! * slope + intercept;
    // Doubles past the range of a float are no measurements either.
    if (Math.abs(value) < 3e38) values[i] = value;
    else {
      values[i] = NaN;
      hasGaps = true;
    }
  }
  return { values, hasGaps };
}

/** Turns values into pixels, in place; values that are not finite become air, or black. */
function toPixels({ values, hasGaps }: StoredPlane, meaning: ValueMeaning): Float32Array {
  const pixels = applyMeaning(values, meaning);
  if (hasGaps && meaning.unit === 'HU') {
    for (let i = 0; i < pixels.length; i++) if (Number.isNaN(pixels[i])) pixels[i] = outside;
  }
  return pixels;
}

function positionWarnings({
  channels,
  spaced,
  oriented,
  timePoint,
  modality,
}: RawVoxels): Warning[] {
  return [
    ...(modality === null || modality === 'CT'
      ? []
      : [{ code: 'NOT_CT', detail: `modality ${modality}` } as const]),
    ...(channels > 1 ? [{ code: 'COLOUR_TO_GREY' } as const] : []),
    ...(timePoint
      ? [
          {
            code: 'OTHER_VOLUMES',
            detail: `volume ${timePoint.index + 1} of ${timePoint.count}`,
          } as const,
        ]
      : []),
    ...(spaced ? [] : [{ code: 'NO_SPACING' } as const]),
    ...(oriented ? [] : [{ code: 'NO_ORIENTATION' } as const]),
  ];
}
