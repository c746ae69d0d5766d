import type { Geometry } from '@groundglass/core/browser';
import type { MaskVolume } from './mask-volume.js';

/**
 * A NIfTI-1 file of a mask, uint8. World coordinates of NIfTI are RAS where DICOM's are LPS: x and y change sign. Only the sform gives
 * the voxels' positions, since it can hold any direction (https://nifti.nimh.nih.gov/nifti-1).
 *
 * @param geometry of the volume; undefined leaves the position unknown (sform_code 0) and the voxels one unit large.
 */
export function writeNiftiMask(
  { columns, rows, sliceCount, values }: MaskVolume,
  geometry: Geometry | undefined,
): Uint8Array {
  const bytes = new Uint8Array(352 + values.length);
  const view = new DataView(bytes.buffer);
  const int16s = (offset: number, numbers: readonly number[]) => {
    for (const [at, number] of numbers.entries()) view.setInt16(offset + 2 * at, number, true);
  };
  const floats = (offset: number, numbers: readonly number[]) => {
    for (const [at, number] of numbers.entries()) view.setFloat32(offset + 4 * at, number, true);
  };
  const { column, row, slice } = geometry?.spacing ?? { column: 1, row: 1, slice: 1 };
  view.setInt32(0, 348, true); // sizeof_hdr
  int16s(40, [3, columns, rows, sliceCount, 1, 1, 1, 1]); // dim
  int16s(68, [1002, 2, 8]); // intent_code NIFTI_INTENT_LABEL, datatype uint8, bitpix
  floats(76, [1, column, row, slice, 0, 0, 0, 0]); // pixdim
  floats(108, [352, 1, 0]); // vox_offset, scl_slope, scl_inter
  bytes[123] = geometry ? 2 : 0; // xyzt_units: mm
  bytes.set(new TextEncoder().encode('Lesion mask by Groundglass, research use'), 148); // descrip
  int16s(252, [0, geometry ? 1 : 0]); // qform_code, sform_code: scanner
  if (geometry) {
    const { rowDirection, columnDirection, sliceDirection, origin } = geometry;
    for (const axis of [0, 1, 2] as const) {
      const sign = axis === 2 ? 1 : -1;
      floats(280 + 16 * axis, [
        sign * rowDirection[axis] * column,
        sign * columnDirection[axis] * row,
        sign * sliceDirection[axis] * slice,
        sign * origin[axis],
      ]);
    }
  }
  bytes.set(new TextEncoder().encode('n+1\0'), 344);
  bytes.set(values, 352);
  return bytes;
}
