import { fitInto, resample } from '@groundglass/core';
import type { Picture } from './augment.js';
import type { LoadedSample } from './load-sample.js';

interface PackedPicture {
  readonly data: Uint8Array;
  readonly columns: number;
  readonly rows: number;
}

/** A decoded sample as bytes, small enough that thousands stay in memory. */
export interface PackedSample {
  readonly image: PackedPicture;
  readonly mask: PackedPicture | undefined;
  readonly lungs: PackedPicture | undefined;
  readonly hull: PackedPicture | undefined;
  readonly bytes: number;
}

/** Shrinks a larger sample to a longer side of `side` pixels, antialiased, and stores 256 greys. */
export function packSample({ image, mask, lungs, hull }: LoadedSample, side: number): PackedSample {
  const { columns, rows } = image;
  const largest = Math.max(columns, rows);
  const size = largest > side ? fitInto({ columns, rows }, Math.round(side)) : { columns, rows };
  const pack = (picture: Picture): PackedPicture => {
    const small = largest > side ? resample(picture.data, picture, size) : picture.data;
    return { data: Uint8Array.from(small, (value) => Math.round(value * 255)), ...size };
  };
  const packed = {
    image: pack(image),
    mask: mask && pack(mask),
    lungs: lungs && pack(lungs),
    hull: hull && pack(hull),
  };
  const bytes = Object.values(packed).reduce((sum, part) => sum + (part?.data.length ?? 0), 0);
  return { ...packed, bytes };
}

/** Unpacks a sample to floats. */
export function unpackSample({ image, mask, lungs, hull }: PackedSample): LoadedSample {
  const unpack = ({ data, columns, rows }: PackedPicture): Picture => ({
    data: Float32Array.from(data, (value) => value / 255),
    columns,
    rows,
  });
  return {
    image: unpack(image),
    mask: mask && unpack(mask),
    ...(lungs ? { lungs: unpack(lungs) } : {}),
    ...(hull ? { hull: unpack(hull) } : {}),
  };
}
