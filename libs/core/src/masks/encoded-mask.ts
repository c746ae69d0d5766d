import { decode } from 'fast-png';
import type { EncodedMask } from '../contracts/prediction.js';
import { CtError } from '../errors.js';
import { encodePng } from '../imaging/png.js';

/** Deflate and PNG can add this much to incompressible pixels; anything longer is not a mask of its size. */
const overheadBytes = 65_536;

/**
 * Packs a lesion mask for JSON: an 8-bit grey PNG of `round(probability * 255)` in base64. Values outside of 0–1 are clamped
 * and NaN becomes 0; the error is at most 1/510.
 *
 * @param mask `height * width` probabilities, row by row.
 * @throws {RangeError} when the mask does not have `width * height` values.
 */
export function encodeMask(mask: Float32Array, width: number, height: number): EncodedMask {
  const data = new Uint8Array(mask.length);
  for (let i = 0; i < mask.length; i++) {
    const value = mask[i]!;
    data[i] = value > 0 ? (value < 1 ? Math.round(value * 255) : 255) : 0;
  }
  const png = encodePng({ columns: width, rows: height, channels: 1, data });
  return { width, height, encoding: 'png', data: toBase64(png) };
}

/**
 * Unpacks a lesion mask without a DOM; the inverse of {@link encodeMask} up to 1/510.
 *
 * @returns `height * width` probabilities in 0–1, row by row.
 * @throws {CtError} `CT_CORRUPT` when the data is not an 8-bit grey PNG of the stated size.
 */
export function decodeMask({ width, height, data }: EncodedMask): Float32Array {
  // Deflate expands by 1032 at most, so limiting the packed bytes limits the memory that a hostile response can take.
  if (data.length > ((width + 1) * height + overheadBytes) * 2) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected the PNG of a ${width}×${height} mask, got ${data.length} characters of base64`,
    );
  }
  const png = decodeGrey(data);
  if (png.width !== width || png.height !== height) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected a mask of ${width}×${height} pixels, the PNG has ${png.width}×${png.height}`,
    );
  }
  if (png.channels !== 1 || png.depth !== 8 || png.palette) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected a mask of 8-bit grey, the PNG has ${png.channels} channels of ${png.depth} bits${png.palette ? ' and a palette' : ''}`,
    );
  }
  const mask = new Float32Array(png.data.length);
  for (let i = 0; i < mask.length; i++) mask[i] = png.data[i]! / 255;
  return mask;
}

function decodeGrey(data: string) {
  try {
    return decode(fromBase64(data), { checkCrc: true });
  } catch (error) {
    throw new CtError('CT_CORRUPT', 'Expected a mask as PNG in base64, it cannot be decoded', {
      cause: error,
    });
  }
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  // In chunks: one call with all bytes as arguments would overflow the stack.
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
