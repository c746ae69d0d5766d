import type { CtSlice } from '@groundglass/core/browser';
import {
  lengthOf,
  measureRegion,
  type Extent,
  type Measurement,
  type PixelSize,
} from '../measure/measurement.js';
import { fillIn, type ViewerStrings } from '../strings.js';

/** A measurement in one line. */
export function describeMeasurement(
  measurement: Measurement,
  slice: CtSlice,
  size: PixelSize | undefined,
  strings: ViewerStrings,
): string {
  if (measurement.kind === 'ruler') return extent(lengthOf(measurement, size));
  const { mean, deviation, area } = measureRegion(slice, measurement, size);
  if (mean === null || deviation === null) return strings.roiEmpty;
  return fillIn(
    strings.roiFacts,
    value(mean, slice.unit),
    value(deviation, slice.unit),
    extent(area),
  );
}

/** A length or area with its unit. */
export function extent({ value: number, unit }: Extent): string {
  return `${number.toFixed(1)} ${unit}`;
}

/** A value with its unit, as in the reading under the picture. */
export function value(number: number, unit: CtSlice['unit']): string {
  return unit === 'HU' ? `${number.toFixed(1)} HU` : number.toFixed(3);
}
