import { zoomRange, type ViewState } from './view-state.js';

/** Size of the stage in CSS pixels. */
export interface StageSize {
  readonly width: number;
  readonly height: number;
}

/** The properties of a slice that matter for placing it on the stage. */
export interface PictureShape {
  readonly columns: number;
  readonly rows: number;
  /** Width of a pixel over its height, 1 for square ones. */
  readonly pixelAspect: number;
}

/** A slice placed on the stage. */
export interface Viewport {
  /** CSS pixels per row of the slice. */
  readonly scale: number;
  /** CSS pixels per column of the slice. */
  readonly columnScale: number;
  /** Slice coordinates of the stage's top left corner; pixel (i, j) covers [i, i + 1) × [j, j + 1). */
  readonly left: number;
  readonly top: number;
}

/** The zoom at which the whole slice just fits into the stage, within `zoomRange`. */
export function fitScale({ columns, rows, pixelAspect }: PictureShape, stage: StageSize): number {
  const scale = Math.min(stage.width / (columns * pixelAspect), stage.height / rows);
  return Math.min(zoomRange.max, Math.max(zoomRange.min, scale));
}

/** Places a slice on the stage according to the view. */
export function placeSlice(
  shape: PictureShape,
  stage: StageSize,
  { zoom, centre }: Pick<ViewState, 'zoom' | 'centre'>,
): Viewport {
  const scale = zoom === 'fit' ? fitScale(shape, stage) : zoom;
  const columnScale = scale * shape.pixelAspect;
  const [x, y] =
    zoom === 'fit' || !centre ? ([shape.columns / 2, shape.rows / 2] as const) : centre;
  return {
    scale,
    columnScale,
    left: x - stage.width / 2 / columnScale,
    top: y - stage.height / 2 / scale,
  };
}

/** Slice coordinates under a point of the stage. */
export function toSlicePoint(
  { left, top, scale, columnScale }: Viewport,
  x: number,
  y: number,
): [x: number, y: number] {
  return [left + x / columnScale, top + y / scale];
}

/** The point of the stage over slice coordinates; the inverse of {@link toSlicePoint}. */
export function fromSlicePoint(
  { left, top, scale, columnScale }: Viewport,
  x: number,
  y: number,
): [x: number, y: number] {
  return [(x - left) * columnScale, (y - top) * scale];
}

/** The view after zooming by a factor, with the slice's point under (x, y) of the stage kept in place. */
export function zoomAround(
  shape: PictureShape,
  stage: StageSize,
  view: Pick<ViewState, 'zoom' | 'centre'>,
  factor: number,
  [x, y]: readonly [number, number] = [stage.width / 2, stage.height / 2],
): Pick<ViewState, 'zoom' | 'centre'> {
  const before = placeSlice(shape, stage, view);
  const zoom = Math.min(zoomRange.max, Math.max(zoomRange.min, before.scale * factor));
  const [anchorX, anchorY] = toSlicePoint(before, x, y);
  return {
    zoom,
    centre: clampCentre(shape, [
      anchorX + (stage.width / 2 - x) / (zoom * shape.pixelAspect),
      anchorY + (stage.height / 2 - y) / zoom,
    ]),
  };
}

/** The view after dragging the slice by (dx, dy) CSS pixels; some of the slice always stays in the middle of the stage. */
export function panBy(
  shape: PictureShape,
  stage: StageSize,
  view: Pick<ViewState, 'zoom' | 'centre'>,
  dx: number,
  dy: number,
): Pick<ViewState, 'zoom' | 'centre'> {
  const { scale, columnScale, left, top } = placeSlice(shape, stage, view);
  return {
    zoom: scale,
    centre: clampCentre(shape, [
      left + (stage.width / 2 - dx) / columnScale,
      top + (stage.height / 2 - dy) / scale,
    ]),
  };
}

function clampCentre(
  { columns, rows }: PictureShape,
  [x, y]: readonly [number, number],
): [number, number] {
  return [Math.min(columns, Math.max(0, x)), Math.min(rows, Math.max(0, y))];
}
