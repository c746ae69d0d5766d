import type { Geometry, Vector3 } from '@groundglass/core/browser';

/** The letters on the edges of a slice. */
export interface EdgeLetters {
  readonly left: string;
  readonly right: string;
  readonly top: string;
  readonly bottom: string;
}

// DICOM's patient coordinates grow to the patient's left, back (posterior) and head.
const positive = ['L', 'P', 'H'] as const;
const negative = ['R', 'A', 'F'] as const;

/**
 * The letters of a direction in the patient, the strongest first, with further ones if the direction is oblique, as DICOM's
 * Patient Orientation (0020,0020) writes them: `L`, or `LA` for left and a little to the front.
 */
export function directionLetters(direction: Vector3): string {
  return (
    direction
      .map((share, axis) => ({
        size: Math.abs(share),
        letter: (share > 0 ? positive : negative)[axis],
      }))
      // Less than 6 degrees off the axis gets no letter.
      .filter(({ size }) => size > 0.1)
      .sort((a, b) => b.size - a.size)
      .map(({ letter }) => letter)
      .join('')
  );
}

/** The letters on the four edges of a slice. */
export function edgeLetters({ rowDirection, columnDirection }: Geometry): EdgeLetters {
  const opposite = ([x, y, z]: Vector3): Vector3 => [-x, -y, -z];
  return {
    left: directionLetters(opposite(rowDirection)),
    right: directionLetters(rowDirection),
    top: directionLetters(opposite(columnDirection)),
    bottom: directionLetters(columnDirection),
  };
}

/**
 * Centre of a pixel in the patient, in mm (x to the left, y to the back, z to the head); DICOM PS3.3 C.7.6.2.1.1.
 */
export function patientPosition(
  { origin, spacing, rowDirection, columnDirection, sliceDirection }: Geometry,
  column: number,
  row: number,
  slice: number,
): Vector3 {
  const along = (axis: 0 | 1 | 2) =>
    origin[axis] +
    rowDirection[axis] * spacing.column * column +
    columnDirection[axis] * spacing.row * row +
    sliceDirection[axis] * spacing.slice * slice;
  return [along(0), along(1), along(2)];
}
