import { CtError } from '../../errors.js';
import type { VoxelType } from '../voxels/voxel-type.js';

/** Bytes of the longer of the two headers. */
export const niftiHeaderLength = 540;

/** The fields of a NIfTI header, of either version, that matter for CT. */
export interface NiftiHeader {
  readonly version: 1 | 2;
  readonly littleEndian: boolean;
  /** Voxels are in a second file (`.hdr`/`.img`). */
  readonly pair: boolean;
  /** Sizes of the axes, at least one. */
  readonly dimensions: readonly number[];
  /** `pixdim[1..3]`, and the handedness `qfac` from `pixdim[0]`. */
  readonly voxelSize: readonly [number, number, number];
  readonly qfac: 1 | -1;
  readonly datatype: number;
  readonly offset: number;
  readonly slope: number;
  readonly intercept: number;
  readonly calMin: number;
  readonly calMax: number;
  /** Factor from the header's unit of length to mm. */
  readonly toMillimetres: number;
  readonly qformCode: number;
  readonly sformCode: number;
  /** `b, c, d` of the unit quaternion and the offset x, y, z. */
  readonly quaternion: readonly [number, number, number];
  readonly quaternionOffset: readonly [number, number, number];
  /** Three rows of four. */
  readonly sform: readonly (readonly [number, number, number, number])[];
  readonly description: string;
  /** Axes whose size was 0 and is read as 1, counted from 1. */
  readonly emptyAxes: readonly number[];
}

/** NIfTI's datatype codes for a number, or for three or four bytes of colour. */
const voxelTypes: Readonly<Record<number, { type: VoxelType; channels: 1 | 3 | 4 }>> = {
  2: { type: 'uint8', channels: 1 },
  4: { type: 'int16', channels: 1 },
  8: { type: 'int32', channels: 1 },
  16: { type: 'float32', channels: 1 },
  64: { type: 'float64', channels: 1 },
  128: { type: 'uint8', channels: 3 },
  256: { type: 'int8', channels: 1 },
  512: { type: 'uint16', channels: 1 },
  768: { type: 'uint32', channels: 1 },
  1024: { type: 'int64', channels: 1 },
  1280: { type: 'uint64', channels: 1 },
  2304: { type: 'uint8', channels: 4 },
};

const otherTypes: Readonly<Record<number, string>> = {
  1: 'single bits',
  32: 'complex numbers',
  1536: '128-bit floats',
  1792: 'complex numbers',
  2048: 'complex numbers',
};

/** @throws {CtError} `CT_UNSUPPORTED` for complex numbers, bits and 128-bit floats. */
export function niftiVoxelType(datatype: number): { type: VoxelType; channels: 1 | 3 | 4 } {
  const known = voxelTypes[datatype];
  if (known) return known;
  throw new CtError(
    'CT_UNSUPPORTED',
    `Expected integers or floats, the voxels are ${otherTypes[datatype] ?? `of datatype ${datatype}`}`,
  );
}

/**
 * Reads a NIfTI-1 (348 bytes, nifti1.h) or NIfTI-2 header (540 bytes, nifti2.h) in either byte order.
 *
 * @throws {CtError} `CT_TRUNCATED` when bytes are missing, `CT_CORRUPT` when size, magic or dimensions are impossible.
 */
export function readNiftiHeader(bytes: Uint8Array): NiftiHeader {
  if (bytes.length < 348) {
    throw new CtError('CT_TRUNCATED', `Expected a NIfTI header of 348 bytes, got ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const littleEndian of [true, false]) {
    const size = view.getInt32(0, littleEndian);
    if (size === 348) return readVersion1(view, littleEndian);
    if (size === 540) {
      if (bytes.length < 540) {
        throw new CtError(
          'CT_TRUNCATED',
          `Expected a NIfTI-2 header of 540 bytes, got ${bytes.length}`,
        );
      }
      return readVersion2(view, littleEndian);
    }
  }
  throw new CtError(
    'CT_CORRUPT',
    `Expected a NIfTI header (sizeof_hdr 348 or 540), got ${view.getInt32(0, true)}`,
  );
}

function readVersion1(view: DataView, le: boolean): NiftiHeader {
  const short = (at: number) => view.getInt16(at, le);
  const float = (at: number) => view.getFloat32(at, le);
  const magic = textAt(view, 344, 3);
  return checked({
    version: 1,
    littleEndian: le,
    pair: magic === 'ni1',
    dimensions: readDimensions(short(40), (i) => short(40 + 2 * i)),
    voxelSize: [float(80), float(84), float(88)],
    qfac: float(76) < 0 ? -1 : 1,
    datatype: short(70),
    offset: float(108),
    slope: float(112),
    intercept: float(116),
    calMax: float(124),
    calMin: float(128),
    toMillimetres: millimetres(view.getUint8(123)),
    description: textAt(view, 148, 80),
    qformCode: short(252),
    sformCode: short(254),
    quaternion: [float(256), float(260), float(264)],
    quaternionOffset: [float(268), float(272), float(276)],
    sform: rows((i) => float(280 + 4 * i)),
  });
}

function readVersion2(view: DataView, le: boolean): NiftiHeader {
  const double = (at: number) => view.getFloat64(at, le);
  const long = (at: number) => Number(view.getBigInt64(at, le));
  const magic = textAt(view, 4, 3);
  return checked({
    version: 2,
    littleEndian: le,
    pair: magic === 'ni2',
    dimensions: readDimensions(long(16), (i) => long(16 + 8 * i)),
    voxelSize: [double(112), double(120), double(128)],
    qfac: double(104) < 0 ? -1 : 1,
    datatype: view.getInt16(12, le),
    offset: long(168),
    slope: double(176),
    intercept: double(184),
    calMax: double(192),
    calMin: double(200),
    toMillimetres: millimetres(view.getInt32(500, le)),
    description: textAt(view, 240, 80),
    qformCode: view.getInt32(344, le),
    sformCode: view.getInt32(348, le),
    quaternion: [double(352), double(360), double(368)],
    quaternionOffset: [double(376), double(384), double(392)],
    sform: rows((i) => double(400 + 8 * i)),
  });
}

function readDimensions(count: number, size: (i: number) => number): number[] {
  if (!(count >= 1 && count <= 7)) {
    throw new CtError('CT_CORRUPT', `Expected 1 to 7 dimensions, the header says ${count}`);
  }
  return Array.from({ length: count }, (_, i) => size(i + 1));
}

function checked(raw: Omit<NiftiHeader, 'emptyAxes'>): NiftiHeader {
  // Writers leave the size of an unused axis at 0; nifti libraries read 1.
  const emptyAxes = raw.dimensions.flatMap((size, i) => (i >= 2 && size === 0 ? [i + 1] : []));
  const dimensions = raw.dimensions.map((size, i) => (i >= 2 && size === 0 ? 1 : size));
  const header: NiftiHeader = { ...raw, dimensions, emptyAxes };
  const bad = header.dimensions.find((size) => !(Number.isSafeInteger(size) && size >= 1));
  if (bad !== undefined) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected dimensions of at least 1, the header says ${header.dimensions.join('×')}`,
    );
  }
  if (!Number.isSafeInteger(header.offset) || header.offset < 0) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected a whole vox_offset, the header says ${header.offset}`,
    );
  }
  return header;
}

/** `xyzt_units`: the lowest three bits are the unit of length; unknown is taken as mm, as all readers do. */
function millimetres(units: number): number {
  return { 1: 1000, 2: 1, 3: 0.001 }[units & 7] ?? 1;
}

function rows(value: (i: number) => number): [number, number, number, number][] {
  return [0, 1, 2].map((row) => [
    value(row * 4),
    value(row * 4 + 1),
    value(row * 4 + 2),
    value(row * 4 + 3),
  ]);
}

function textAt(view: DataView, offset: number, length: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, length);
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? length : end));
}
