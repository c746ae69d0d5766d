import { openVolume, windowPresets, windowSliceToBytes } from '@groundglass/core/browser';
import { blobSource } from './open-file.js';

const side = 96;
/** Larger files are not read for a picture that small. */
const largest = 32 * 1024 * 1024;

/**
 * A small picture of a CT file: of a volume its middle slice, in the lung window where it has Hounsfield units.
 *
 * @returns undefined where the file is too large or cannot be decoded; opening it says why.
 */
export async function drawThumbnail(
  file: Blob,
  name: string,
): Promise<HTMLCanvasElement | undefined> {
  if (file.size > largest) return undefined;
  try {
    const volume = await openVolume(blobSource(file), { name });
    const slice = await volume.slice(Math.floor(volume.sliceCount / 2));
    const { columns, rows } = slice;
    const shown = slice.unit === 'HU' ? windowPresets.lung : { center: 0.5, width: 1 };
    const grey = windowSliceToBytes(slice, shown);
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = side;
    const picture = new ImageData(side, side);
    // The square in the middle, as large as the picture allows.
    const square = Math.min(columns, rows);
    for (let at = 0; at < side * side; at++) {
      const x = Math.floor((columns - square) / 2 + (((at % side) + 0.5) / side) * square);
      const y = Math.floor((rows - square) / 2 + ((Math.floor(at / side) + 0.5) / side) * square);
      const value = grey[y * columns + x]!;
      picture.data.set([value, value, value, 255], at * 4);
    }
    canvas.getContext('2d')?.putImageData(picture, 0, 0);
    return canvas;
  } catch {
    return undefined;
  }
}
