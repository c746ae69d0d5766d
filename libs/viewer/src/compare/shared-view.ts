import type { Window } from '@groundglass/core/browser';
import type { ViewState } from '../view-state.js';
import type { ViewerVolume } from '../viewer-volume.js';

/** What linking needs to know about a picture. */
export type LinkedPicture = Pick<ViewerVolume, 'columns' | 'rows' | 'sliceCount' | 'unit'>;

/**
 * What a linked picture takes over from another's view: the slice, the window, zoom and position, and how it is drawn.
 * Positions are transferred in proportion to the picture, so that pictures of other sizes show the same part.
 *
 * @param window in use, which the view omits while it is the picture's own. Not transferred from Hounsfield units to grey values.
 */
export function sharedView(
  view: ViewState,
  window: Window,
  from: LinkedPicture,
  to: LinkedPicture,
): Partial<ViewState> {
  const [across, down] = [to.columns / from.columns, to.rows / from.rows];
  const place = (at: readonly [number, number] | undefined) =>
    at && ([at[0] * across, at[1] * down] as const);
  const { interpolation, inverted, tool, maskVisible, maskStyle, maskOpacity, maskThreshold } =
    view;
  return {
    slice: matchSlice(view.slice, from.sliceCount, to.sliceCount),
    zoom: view.zoom === 'fit' ? 'fit' : view.zoom / down,
    centre: place(view.centre),
    planes: view.planes,
    cross: place(view.cross),
    ...{ interpolation, inverted, tool, maskVisible, maskStyle, maskOpacity, maskThreshold },
    ...(from.unit === to.unit ? { window } : {}),
  };
}

/** The slice as far through another volume as this one is: the same number if both have equally many. */
export function matchSlice(index: number, fromCount: number, toCount: number): number {
  if (fromCount === toCount || fromCount < 2) return Math.min(index, toCount - 1);
  return Math.round((index / (fromCount - 1)) * (toCount - 1));
}
