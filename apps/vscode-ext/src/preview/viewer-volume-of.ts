import type { ViewerVolume } from '@groundglass/viewer';
import type { OpenedCt } from './open-ct.js';

/** The initial slice if the user has left none: that of the file in its series, else the middle one. */
export function firstSliceOf({ firstSlice, volume }: OpenedCt): number {
  return firstSlice ?? Math.floor((volume.sliceCount - 1) / 2);
}

/** What the viewer needs to know about an open file. */
export function viewerVolumeOf({ volume, title, notes }: OpenedCt): ViewerVolume {
  const { format, columns, rows, sliceCount, unit, pixelSpacing, geometry } = volume;
  const { windows, warnings, metadata, greyRange, timePoint } = volume;
  return {
    ...{ title, format, columns, rows, sliceCount, unit, pixelSpacing, geometry },
    ...{ windows, warnings, metadata, greyRange, timePoint, notes },
  };
}
