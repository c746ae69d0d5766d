import type { RgbaPicture } from '../../contracts/volume.js';
import type { DecodedPicture } from './picture-volume.js';

/** Difference of the largest and the smallest channel at which a pixel counts as colour; JPEG tints grey by up to about 20. */
const saturated = 80;
const tinted = 30;
/** One pixel in ten thousand is an arrow's tip; a quarter of them is a coloured picture, not marks on a grey one. */
const fewest = 0.0001;
const fewestPixels = 2;
const most = 0.25;
/** Looks at one of so many pixels: marks are wider than that. */
const looked = 3;

/**
 * Whether an otherwise grey picture has coloured marks: arrows, circles and letters of a figure. They often show the finding,
 * so that a model may read the mark instead of the lung.
 */
export function hasColourMarks({ data, channels, columns, rows }: DecodedPicture): boolean {
  if (channels < 3) return false;
  const scale = data instanceof Uint16Array ? 257 : 1;
  let strong = 0;
  let weak = 0;
  for (let at = 0; at < data.length; at += channels * looked) {
    const red = data[at]!;
    const green = data[at + 1]!;
    const blue = data[at + 2]!;
    // Most pixels are grey: avoid a call for them.
    if (red === green && green === blue) continue;
    if (channels === 4 && data[at + 3] === 0) continue;
    const difference = (Math.max(red, green, blue) - Math.min(red, green, blue)) / scale;
    if (difference >= tinted) weak++;
    if (difference >= saturated) strong++;
  }
  const count = (columns * rows) / looked;
  return strong >= Math.max(fewestPixels, fewest * count) && weak <= most * count;
}

/** The picture in its own colours, with 8 bits per channel. */
export function inColours({ data, channels, columns, rows }: DecodedPicture): RgbaPicture {
  const result = new Uint8ClampedArray(columns * rows * 4);
  const scale = data instanceof Uint16Array ? 1 / 257 : 1;
  for (let to = 0, at = 0; to < result.length; to += 4, at += channels) {
    const grey = channels < 3;
    result[to] = data[at]! * scale;
    result[to + 1] = data[grey ? at : at + 1]! * scale;
    result[to + 2] = data[grey ? at : at + 2]! * scale;
    result[to + 3] = channels === 2 || channels === 4 ? data[at + channels - 1]! * scale : 255;
  }
  return { columns, rows, data: result };
}
