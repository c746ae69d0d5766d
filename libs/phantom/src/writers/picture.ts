import { applyWindow, encodePng, windowPresets } from '@groundglass/core';
import sharp from 'sharp';
import { lesionClass } from '../findings/lesions.js';

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Grey values of the lesion classes in a mask picture: visible as dark, middle and white, and 0 or non-zero for a program. */
const maskGrey = {
  [lesionClass.none]: 0,
  [lesionClass.groundGlass]: 128,
  [lesionClass.consolidation]: 255,
} as const;

/** Added to Hounsfield units to make them positive, in 16-bit pictures and DICOM. */
export const storedOffset = 1024;

/** 8-bit grey PNG of a slice in the lung window (centre -600, width 1500 HU), as figures are published. */
export function lungWindowPng(hu: Int16Array, size: Size): Uint8Array {
  return encodePng({ ...size, channels: 1, data: lungWindow(hu) });
}

/** 16-bit grey PNG that keeps all values: HU + 1024. */
export function png16(hu: Int16Array, size: Size): Uint8Array {
  return encodePng({ ...size, channels: 1, data: Uint16Array.from(hu, (v) => v + storedOffset) });
}

/** Grey JPEG of a slice in the lung window. */
export async function lungWindowJpeg(hu: Int16Array, { columns, rows }: Size): Promise<Uint8Array> {
  const raw = { width: columns, height: rows, channels: 1 } as const;
  const jpeg = sharp(lungWindow(hu), { raw }).toColourspace('b-w').jpeg({ quality: 92 });
  return new Uint8Array(await jpeg.toBuffer());
}

/** PNG of a lesion mask, in the greys of {@link maskGrey}. */
export function maskPng(lesions: Uint8Array, size: Size): Uint8Array {
  const data = lesions.map((value) => maskGrey[value as keyof typeof maskGrey]);
  return encodePng({ ...size, channels: 1, data });
}

function lungWindow(hu: Int16Array): Uint8Array {
  return Uint8Array.from(hu, (value) => Math.round(255 * applyWindow(value, windowPresets.lung)));
}
