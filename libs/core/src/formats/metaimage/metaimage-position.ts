import type { VoxelAxes } from '../../imaging/axial-view.js';
import type { Vector3 } from '../../contracts/volume.js';
import { numbersOf, type MetaImageHeader } from './metaimage-header.js';

/** Where the voxels are, and how much of it the header really states. */
export interface MetaImagePosition {
  readonly axes: VoxelAxes;
  readonly oriented: boolean;
  readonly spaced: boolean;
}

/**
 * The voxel axes of a MetaImage. ITK's world is DICOM's (LPS); row `i` of TransformMatrix (also `Rotation`, `Orientation`) is the
 * direction of axis `i`.
 *
 * @param header of two or three dimensions; a missing third axis is one slice of thickness 1.
 */
export function metaImagePosition({ fields, dimensions }: MetaImageHeader): MetaImagePosition {
  const field = (...keys: string[]) => {
    const text = keys.map((key) => fields.get(key)).find((value) => value !== undefined);
    return text === undefined ? undefined : numbersOf(text);
  };
  const flat = dimensions.length === 2;
  const needed = flat ? 2 : 3;
  const spacing = usable(field('ElementSpacing', 'ElementSize'), needed, (v) => v > 0);
  const matrix = usable(
    field('TransformMatrix', 'Rotation', 'Orientation'),
    needed * needed,
    () => true,
  );
  const offset = usable(field('Offset', 'Position', 'Origin'), needed, () => true);
  const step = [spacing?.[0] ?? 1, spacing?.[1] ?? 1, flat ? 1 : (spacing?.[2] ?? 1)];
  const direction = (axis: number): Vector3 => {
    const unit = [0, 0, 0].map((_, i) => (i === axis ? 1 : 0));
    const row =
      matrix && axis < needed ? matrix.slice(axis * needed, axis * needed + needed) : unit;
    const length = Math.hypot(...row);
    const [x = 0, y = 0, z = 0] = length > 0 ? row.map((v) => v / length) : unit;
    return [x * step[axis]!, y * step[axis]!, z * step[axis]!];
  };
  const [x = 0, y = 0, z = 0] = offset ?? [];
  return {
    axes: {
      origin: [x, y, z],
      axes: [direction(0), direction(1), direction(2)],
      dimensions: [dimensions[0] ?? 1, dimensions[1] ?? 1, dimensions[2] ?? 1],
    },
    // Two dimensions do not give the slice's orientation in the patient.
    oriented: matrix !== undefined && !flat,
    spaced: spacing !== undefined,
  };
}

function usable(
  numbers: number[] | undefined,
  count: number,
  isGood: (value: number) => boolean,
): number[] | undefined {
  if (numbers === undefined || numbers.length < count) return undefined;
  const wanted = numbers.slice(0, count);
  return wanted.every((value) => Number.isFinite(value) && isGood(value)) ? wanted : undefined;
}
