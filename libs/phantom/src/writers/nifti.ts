import type { Geometry } from '@groundglass/core';
import { gzipSync } from 'fflate';
import { littleEndian16 } from './phantom-file.js';

interface Voxels {
  readonly columns: number;
  readonly rows: number;
  readonly sliceCount: number;
  readonly geometry: Geometry;
}

/**
 * A NIfTI-1 file of an axial volume; int16 for Hounsfield units, uint8 for masks.
 *
 * World coordinates of NIfTI are RAS where DICOM's are LPS: x and y
 * change sign. Both the qform (a half turn round z) and the sform encode this; https://nifti.nimh.nih.gov/nifti-1.
 */
export function nifti(volume: Voxels, data: Int16Array | Uint8Array): Uint8Array {
  const { columns, rows, sliceCount, geometry } = volume;
  const { spacing, origin } = geometry;
  const voxels = data instanceof Int16Array ? littleEndian16(data) : data;
  const bytes = new Uint8Array(352 + voxels.length);
  const view = new DataView(bytes.buffer);
  const int16s = (offset: number, values: readonly number[]) => {
    values.forEach((value, i) => {
      view.setInt16(offset + 2 * i, value, true);
    });
  };
  const floats = (offset: number, values: readonly number[]) => {
    values.forEach((value, i) => {
      view.setFloat32(offset + 4 * i, value, true);
    });
  };
  view.setInt32(0, 348, true);
  int16s(40, [3, columns, rows, sliceCount, 1, 1, 1, 1]); // dim
  int16s(70, data instanceof Int16Array ? [4, 16] : [2, 8]); // datatype, bitpix
  floats(76, [1, spacing.column, spacing.row, spacing.slice, 0, 0, 0, 0]); // pixdim, qfac first
  floats(108, [352, 1, 0]); // vox_offset, scl_slope, scl_inter
  bytes[123] = 2; // xyzt_units: mm
  bytes.set(new TextEncoder().encode('Synthetic thorax phantom'), 148); // descrip
  int16s(252, [1, 1]); // qform_code, sform_code: scanner
  floats(256, [0, 0, 1, -origin[0], -origin[1], origin[2]]); // quatern b, c, d and offset
  floats(280, [-spacing.column, 0, 0, -origin[0]]);
  floats(296, [0, -spacing.row, 0, -origin[1]]);
  floats(312, [0, 0, spacing.slice, origin[2]]);
  bytes.set(new TextEncoder().encode('n+1\0'), 344);
  bytes.set(voxels, 352);
  return bytes;
}

/** {@link nifti} in gzip, without a time so that the bytes are always the same. */
export function niftiGz(volume: Voxels, data: Int16Array | Uint8Array): Uint8Array {
  return gzipSync(nifti(volume, data), { level: 9, mtime: 0 });
}
