import type { VoxelAxes } from '../../imaging/axial-view.js';
import type { Vector3 } from '../../contracts/volume.js';
import type { NiftiHeader } from './nifti-header.js';

/** Where the voxels are, and how much of it the header really states. */
export interface NiftiPosition {
  readonly axes: VoxelAxes;
  readonly oriented: boolean;
  readonly spaced: boolean;
  /** What had to be read differently from what the header says, for display. */
  readonly repaired: string | undefined;
}

/**
 * The voxel axes of a NIfTI file in DICOM's coordinates: the sform if its code is above 0 and its matrix has three directions, else
 * the qform, as ITK decides; else only the voxel sizes, with the first axis to the left as in the ANALYZE format.
 *
 * NIfTI counts x to the right and y to the front (RAS), DICOM to the left and the back (LPS): both change sign.
 */
export function niftiPosition(header: NiftiHeader): NiftiPosition {
  const dimensions = [
    header.dimensions[0] ?? 1,
    header.dimensions[1] ?? 1,
    header.dimensions[2] ?? 1,
  ] as const;
  const sform = header.sformCode > 0 ? header.sform : undefined;
  const qform = header.qformCode > 0 ? qformAffine(header) : undefined;
  const affine = [sform, qform].find((matrix) => matrix !== undefined && isUsable(matrix));
  const repaired =
    sform && affine !== sform
      ? `the sform does not give three directions, ${affine ? 'the qform is used' : 'the orientation is unknown'}`
      : undefined;
  if (affine) {
    const scale = header.toMillimetres;
    const column = (i: 0 | 1 | 2 | 3): Vector3 => [
      -affine[0]![i] * scale,
      -affine[1]![i] * scale,
      affine[2]![i] * scale,
    ];
    return {
      axes: { origin: column(3), axes: [column(0), column(1), column(2)], dimensions },
      oriented: true,
      spaced: true,
      repaired,
    };
  }
  const sizes = header.voxelSize.map((size) => Math.abs(size) * header.toMillimetres);
  const spaced = sizes.every((size) => Number.isFinite(size) && size > 0);
  const [x, y, z] = (spaced ? sizes : [1, 1, 1]) as [number, number, number];
  return {
    // Rows of a file without orientation run from the feet of the picture to its top, as nibabel assumes.
    axes: {
      origin: [0, 0, 0],
      axes: [
        [x, 0, 0],
        [0, -y, 0],
        [0, 0, z],
      ],
      dimensions,
    },
    oriented: false,
    spaced,
    repaired,
  };
}

type Affine = readonly (readonly [number, number, number, number])[];

/** The rotation of the unit quaternion (a, b, c, d) times the voxel sizes; nifti1.h, "METHOD 2". */
function qformAffine({ quaternion, quaternionOffset, voxelSize, qfac }: NiftiHeader): Affine {
  const [b, c, d] = quaternion;
  // a is not stored; rounding may make the sum of squares slightly larger than 1.
  const a = Math.sqrt(Math.max(0, 1 - (b * b + c * c + d * d)));
  const rotation = [
    [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
    [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
    [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
  ];
  const [x, y, z] = voxelSize;
  return rotation.map((row, i) => [
    row[0]! * x,
    row[1]! * y,
    row[2]! * z * qfac,
    quaternionOffset[i]!,
  ]);
}

/** Whether all numbers are finite and no axis is collapsed. */
function isUsable(affine: Affine): boolean {
  if (!affine.every((row) => row.every(Number.isFinite))) return false;
  const at = (row: number, column: number) => affine[row]![column]!;
  const determinant =
    at(0, 0) * (at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1)) -
    at(0, 1) * (at(1, 0) * at(2, 2) - at(1, 2) * at(2, 0)) +
    at(0, 2) * (at(1, 0) * at(2, 1) - at(1, 1) * at(2, 0));
  return Math.abs(determinant) > 1e-12;
}
