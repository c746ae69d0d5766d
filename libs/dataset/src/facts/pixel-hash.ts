import type { CtSlice } from '@groundglass/core';

/**
 * SHA-256 of a slice's size and pixels: Hounsfield units rounded to integers, grey in steps of 1/65535. The same picture has the
 * same hash as an 8- or 16-bit PNG, grey or RGB, and as any lossless DICOM.
 *
 * @returns 64 hexadecimal digits.
 */
export async function pixelHash({ columns, rows, unit, pixels }: CtSlice): Promise<string> {
  const values = new Int32Array(pixels.length + 3);
  values[0] = columns;
  values[1] = rows;
  values[2] = unit === 'HU' ? 1 : 0;
  const scale = unit === 'HU' ? 1 : 65_535;
  for (let i = 0; i < pixels.length; i++) values[i + 3] = Math.round(pixels[i]! * scale);
  return sha256Hex(new Uint8Array(values.buffer));
}

/** SHA-256 of bytes in hexadecimal. */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
