import type { DataSet } from 'dicom-parser';
import { CtError } from '../../errors.js';

/** The Image Pixel module (DICOM PS3.3 C.7.6.3) of a frame. */
export interface PixelFormat {
  readonly columns: number;
  readonly rows: number;
  readonly frames: number;
  readonly samplesPerPixel: 1 | 3;
  readonly photometric: string;
  /** True if each sample has its own plane, false if the samples of a pixel are adjacent. */
  readonly planar: boolean;
  readonly bitsAllocated: 8 | 16 | 32;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  /** What was read differently from what the header says, for display. */
  readonly repaired?: string | undefined;
}

/** @throws {CtError} `CT_CORRUPT` when an attribute is missing or impossible, `CT_UNSUPPORTED` for single bits and 64 bits. */
export function readPixelFormat(dataSet: DataSet): PixelFormat {
  const required = (tag: string, name: string): number => {
    const value = dataSet.uint16(tag);
    if (value === undefined)
      throw new CtError('CT_CORRUPT', `Expected the attribute ${name}, it is missing`);
    return value;
  };
  const rows = required('x00280010', 'Rows');
  const columns = required('x00280011', 'Columns');
  if (rows === 0 || columns === 0) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected Rows and Columns of at least 1, got ${rows} and ${columns}`,
    );
  }
  const bitsAllocated = required('x00280100', 'Bits Allocated');
  if (bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32) {
    throw new CtError(
      'CT_UNSUPPORTED',
      `Expected Bits Allocated 8, 16 or 32, got ${bitsAllocated}`,
    );
  }
  const bitsStored = dataSet.uint16('x00280101') ?? bitsAllocated;
  const highBit = dataSet.uint16('x00280102') ?? bitsStored - 1;
  if (
    bitsStored < 1 ||
    bitsStored > bitsAllocated ||
    highBit >= bitsAllocated ||
    highBit + 1 < bitsStored
  ) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected Bits Stored and High Bit within ${bitsAllocated} bits, got ${bitsStored} and ${highBit}`,
    );
  }
  const samplesPerPixel = dataSet.uint16('x00280002') ?? 1;
  if (samplesPerPixel !== 1 && samplesPerPixel !== 3) {
    throw new CtError(
      'CT_UNSUPPORTED',
      `Expected 1 or 3 Samples per Pixel, got ${samplesPerPixel}`,
    );
  }
  if (samplesPerPixel === 3 && bitsAllocated !== 8) {
    throw new CtError('CT_UNSUPPORTED', `Expected colour of 8 bits a sample, got ${bitsAllocated}`);
  }
  const written = dataSet.string('x00280008')?.replace(/\0/g, '').trim();
  // Writers that mean a single frame put 0 or blanks there; dcmtk and GDCM read one.
  const frames = Number(written === undefined || written === '' ? 1 : written) || 1;
  if (!Number.isInteger(frames) || frames < 1 || Number.isNaN(Number(written ?? 1))) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected Number of Frames of at least 1, got ${(written ?? '').slice(0, 20)}`,
    );
  }
  return {
    rows,
    columns,
    frames,
    samplesPerPixel,
    photometric: dataSet.string('x00280004')?.trim() ?? 'MONOCHROME2',
    planar: (dataSet.uint16('x00280006') ?? 0) === 1,
    bitsAllocated,
    bitsStored,
    highBit,
    signed: (dataSet.uint16('x00280103') ?? 0) === 1,
    repaired:
      written !== undefined && !(Number(written) >= 1)
        ? `Number of Frames "${written}", read as 1`
        : undefined,
  };
}

/** Bytes of one uncompressed frame. YBR_FULL_422 shares the colour of two pixels (PS3.3 C.7.6.3.1.2). */
export function nativeFrameBytes(format: PixelFormat): number {
  const { rows, columns, samplesPerPixel, bitsAllocated, photometric } = format;
  const samples = photometric === 'YBR_FULL_422' ? 2 : samplesPerPixel;
  return rows * columns * samples * (bitsAllocated / 8);
}
