import type { CtSlice } from '../contracts/volume.js';
import type { Window } from './window.js';
import { loadKernel } from './kernel/load-kernel.js';

/** Pixels per kernel call: they stay in the processor's cache. */
const pixelsAtOnce = 16 * 1024;

/**
 * Applies a window to a slice or a part of one: `applyWindow` for each pixel, in one pass; NaN, which float formats may hold, becomes 0.
 *
 * @returns values in 0–1.
 * @throws {RangeError} when the window's width is not more than 0.
 */
export function windowSlice(
  { pixels }: Pick<CtSlice, 'pixels'>,
  { center, width }: Window,
): Float32Array {
  if (!(width > 0)) throw new RangeError(`Expected width > 0, got ${width}`);
  const result = new Float32Array(pixels.length);
  const low = center - width / 2;
  const scale = 1 / width;
  const kernel = loadKernel(pixelsAtOnce * Float32Array.BYTES_PER_ELEMENT);
  if (kernel) {
    const room = new Float32Array(kernel.memory.buffer, 0, pixelsAtOnce);
    for (let at = 0; at < pixels.length; at += pixelsAtOnce) {
      const piece = pixels.subarray(at, at + pixelsAtOnce);
      room.set(piece);
      kernel.window(0, piece.length, low, scale);
      result.set(room.subarray(0, piece.length), at);
    }
    return result;
  }
  for (let i = 0; i < pixels.length; i++) {
    const value = (pixels[i]! - low) * scale;
    result[i] = value > 0 ? (value < 1 ? value : 1) : 0;
  }
  return result;
}

/**
 * Applies a window to a whole slice for the screen: `round(255 * applyWindow(value))`, NaN becomes black.
 *
 * @returns `rows * columns` values, 0 black to 255 white.
 * @throws {RangeError} when the window's width is not more than 0.
 */
export function windowSliceToBytes(
  { pixels }: CtSlice,
  { center, width }: Window,
): Uint8ClampedArray {
  if (!(width > 0)) throw new RangeError(`Expected width > 0, got ${width}`);
  const result = new Uint8ClampedArray(pixels.length);
  const low = center - width / 2;
  const scale = 255 / width;
  // The array clamps and rounds.
  for (let i = 0; i < pixels.length; i++) result[i] = (pixels[i]! - low) * scale;
  return result;
}
