import type { CtVolume, Geometry, Vector3 } from '@groundglass/core';

type Placed = Pick<CtVolume, 'format' | 'columns' | 'rows' | 'sliceCount' | 'geometry'>;

/**
 * How the position of a mask of a volume's size differs from that volume's, as text; undefined if they match: within a pixel, and
 * within half the slice distance. Pictures have no position.
 */
export function placeDifference(volume: Placed, mask: Placed): string | undefined {
  if ([volume, mask].some(({ format }) => format === 'png' || format === 'jpeg')) return undefined;
  const { geometry } = volume;
  if (!geometry || !mask.geometry) {
    if (!geometry && !mask.geometry) return undefined;
    return geometry
      ? 'the header of the image gives its position in the patient, that of the mask does not'
      : 'the header of the mask gives its position in the patient, that of the image does not';
  }
  const { spacing, rowDirection, columnDirection, sliceDirection } = geometry;
  const ends = endsOf(volume, geometry);
  const others = endsOf(mask, mask.geometry);
  let most = 0;
  let isElsewhere = false;
  for (const [at, end] of ends.entries()) {
    const between = minus(others[at]!, end);
    most = Math.max(most, Math.hypot(...between));
    isElsewhere ||=
      Math.abs(dot(between, rowDirection)) > spacing.column ||
      Math.abs(dot(between, columnDirection)) > spacing.row ||
      Math.abs(dot(between, sliceDirection)) > spacing.slice / 2;
  }
  return isElsewhere
    ? `it lies up to ${most.toFixed(1)} mm away from the image, according to its header`
    : undefined;
}

/** The first pixel, and the last one along each axis. */
function endsOf({ columns, rows, sliceCount }: Placed, geometry: Geometry): Vector3[] {
  const { origin, spacing, rowDirection, columnDirection, sliceDirection } = geometry;
  const along = (direction: Vector3, length: number): Vector3 => [
    origin[0] + direction[0] * length,
    origin[1] + direction[1] * length,
    origin[2] + direction[2] * length,
  ];
  return [
    origin,
    along(rowDirection, spacing.column * (columns - 1)),
    along(columnDirection, spacing.row * (rows - 1)),
    along(sliceDirection, spacing.slice * (sliceCount - 1)),
  ];
}

function minus(a: Vector3, b: Vector3): Vector3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
