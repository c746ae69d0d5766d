import type { Geometry, Vector3 } from '@groundglass/core/browser';
import { directionLetters, type EdgeLetters } from '../orientation.js';
import type { ViewerVolume } from '../viewer-volume.js';

/**
 * The two planes across the slices, named for axial slices: `coronal` cuts along one row of all slices, `sagittal` along one
 * column.
 */
export type PlaneName = 'coronal' | 'sagittal';

/** A plane's geometry on the screen. */
export interface PlaneShape {
  readonly columns: number;
  readonly rows: number;
  /** Width of a pixel over its height; 1 if the file does not give the distance between slices. */
  readonly pixelAspect: number;
  /** Whether the last slice is the top row: slices usually run from the feet to the head, which belongs on top. */
  readonly isFlipped: boolean;
  readonly letters: EdgeLetters | undefined;
  /** Millimetres between pixels; undefined if the file gives none. */
  readonly spacing: { readonly column: number; readonly row: number } | undefined;
}

type Shaped = Pick<ViewerVolume, 'columns' | 'rows' | 'sliceCount' | 'geometry'>;

/** The planes' size and position; slices are their rows. */
export function planeShape(volume: Shaped, plane: PlaneName): PlaneShape {
  const { columns, rows, sliceCount, geometry } = volume;
  const along = plane === 'coronal' ? columns : rows;
  if (!geometry) {
    return {
      ...{ columns: along, rows: sliceCount, pixelAspect: 1 },
      ...{ isFlipped: false, letters: undefined, spacing: undefined },
    };
  }
  const { spacing, rowDirection, columnDirection, sliceDirection } = geometry;
  const width = plane === 'coronal' ? spacing.column : spacing.row;
  const across = plane === 'coronal' ? rowDirection : columnDirection;
  const isFlipped = sliceDirection[2] > 0;
  const down = isFlipped ? opposite(sliceDirection) : sliceDirection;
  return {
    columns: along,
    rows: sliceCount,
    pixelAspect: spacing.slice > 0 ? width / spacing.slice : 1,
    isFlipped,
    letters: {
      left: directionLetters(opposite(across)),
      right: directionLetters(across),
      top: directionLetters(opposite(down)),
      bottom: directionLetters(down),
    },
    spacing: { column: width, row: spacing.slice },
  };
}

/** A plane's name in the patient, by the axis that it cuts across, so that it is right for coronal and sagittal series too. */
export function planeView(
  geometry: Geometry | undefined,
  plane: PlaneName,
): 'axial' | 'coronal' | 'sagittal' {
  if (!geometry) return plane;
  const normal = plane === 'coronal' ? geometry.columnDirection : geometry.rowDirection;
  const sizes = normal.map(Math.abs);
  return (['sagittal', 'coronal', 'axial'] as const)[sizes.indexOf(Math.max(...sizes))]!;
}

function opposite([x, y, z]: Vector3): Vector3 {
  return [-x, -y, -z];
}
