import type { Geometry, SliceView, Vector3 } from '../contracts/volume.js';

/**
 * Where a file's voxels are in the patient: the position of voxel (i, j, k) is `origin + i·axes[0] + j·axes[1] + k·axes[2]`, in mm
 * in DICOM's patient coordinates (x to the left, y to the back, z to the head: LPS). The axes are not unit vectors: their
 * lengths are the voxel sizes.
 */
export interface VoxelAxes {
  readonly origin: Vector3;
  readonly axes: readonly [Vector3, Vector3, Vector3];
  readonly dimensions: readonly [number, number, number];
}

/** Which of the file's axes became columns, rows and slices, and which of them are reversed. */
export interface AxialView {
  /** `order[0]` is the file's axis along which columns of the picture run, then rows, then slices. */
  readonly order: readonly [number, number, number];
  /** Whether the picture's axis is opposite to the file's. */
  readonly flipped: readonly [boolean, boolean, boolean];
  readonly columns: number;
  readonly rows: number;
  readonly sliceCount: number;
  readonly geometry: Geometry;
  /** The view of the picture's slices. */
  readonly plane: SliceView;
}

/**
 * Finds the permutation and flips of the voxel axes that come closest to the usual axial view: columns run to the patient's
 * left, rows to the back, slices to the head. Nothing is interpolated; a tilted scan stays tilted and its exact directions
 * are in `geometry`.
 */
export function axialView({ origin, axes, dimensions }: VoxelAxes): AxialView {
  const lengths = axes.map((axis) => Math.hypot(...axis));
  // How much of each patient direction (x, y, z) an axis covers, whatever its voxel size.
  const share = (axis: number, direction: number) =>
    Math.abs(axes[axis]![direction]!) / (lengths[axis]! || 1);
  const orders = [
    [0, 1, 2],
    [1, 0, 2],
    [0, 2, 1],
    [2, 1, 0],
    [1, 2, 0],
    [2, 0, 1],
  ] as const;
  let order: readonly [number, number, number] = orders[0];
  let best = -1;
  for (const candidate of orders) {
    const fit = share(candidate[0], 0) + share(candidate[1], 1) + share(candidate[2], 2);
    if (fit > best + 1e-9) {
      best = fit;
      order = candidate;
    }
  }
  const flip = (direction: number) => axes[order[direction]!]![direction]! < 0;
  const flipped = [flip(0), flip(1), flip(2)] as const;
  const start: [number, number, number] = [...origin];
  const unit = (direction: 0 | 1 | 2): Vector3 => {
    const axis = axes[order[direction]]!;
    const length = (flipped[direction] ? -1 : 1) * (lengths[order[direction]]! || 1);
    // Adding 0 turns -0 into 0.
    return [axis[0] / length + 0, axis[1] / length + 0, axis[2] / length + 0];
  };
  for (const direction of [0, 1, 2] as const) {
    if (!flipped[direction]) continue;
    const last = dimensions[order[direction]]! - 1;
    for (let i = 0; i < 3; i++) start[i]! += axes[order[direction]]![i]! * last;
  }
  return {
    order,
    flipped,
    plane: sliceView(cross(unit(0), unit(1))),
    columns: dimensions[order[0]]!,
    rows: dimensions[order[1]]!,
    sliceCount: dimensions[order[2]]!,
    geometry: {
      spacing: {
        column: lengths[order[0]]!,
        row: lengths[order[1]]!,
        slice: lengths[order[2]]!,
      },
      rowDirection: unit(0),
      columnDirection: unit(1),
      sliceDirection: unit(2),
      origin: start,
    },
  };
}

/** Cosine of 45°: a normal farther than that from every axis of the patient is oblique. */
const nearestCosine = Math.SQRT1_2;

/** Names the view of slices by the direction of their normal in the patient: along z axial, y coronal, x sagittal. */
export function sliceView([x, y, z]: Vector3): SliceView {
  const length = Math.hypot(x, y, z);
  if (Math.abs(z) > nearestCosine * length) return 'axial';
  if (Math.abs(y) > nearestCosine * length) return 'coronal';
  return Math.abs(x) > nearestCosine * length ? 'sagittal' : 'oblique';
}

/** The cross product of two vectors. */
export function cross(a: Vector3, b: Vector3): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
