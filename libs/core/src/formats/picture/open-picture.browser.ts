import type { ByteSource } from '../byte-source.js';
import { CtError } from '../../errors.js';
import { defaultLimits, type Limits } from '../limits.js';
import type { CtVolume } from '../../contracts/volume.js';
import { pictureVolume } from './picture-volume.js';

/**
 * Opens a PNG or JPEG with the browser's own decoder. It returns 8 bits per channel: a 16-bit PNG loses its lower byte here
 * but keeps it in Node.
 *
 * @throws {CtError} `CT_TOO_LARGE` past `limits.imagePixels`, `CT_CORRUPT` when the browser cannot decode.
 */
export async function openPicture(
  source: ByteSource,
  format: 'png' | 'jpeg',
  limits: Limits = defaultLimits,
): Promise<CtVolume> {
  const bytes = await source.read(0, source.size);
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: `image/${format}` });
  const bitmap = await createImageBitmap(blob, {
    // Colours as stored: neither the screen's profile nor alpha may change a value.
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  }).catch((error: unknown) => {
    throw new CtError('CT_CORRUPT', `Expected a valid ${format.toUpperCase()}`, { cause: error });
  });
  const { width: columns, height: rows } = bitmap;
  try {
    if (columns * rows > limits.imagePixels) {
      throw new CtError(
        'CT_TOO_LARGE',
        `Expected at most ${limits.imagePixels} pixels, the picture has ${columns}×${rows}`,
      );
    }
    const context = new OffscreenCanvas(columns, rows).getContext('2d', {
      willReadFrequently: true,
    });
    if (!context) throw new CtError('CT_INTERNAL', 'The browser provides no canvas for decoding');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, columns, rows);
    return pictureVolume(format, { columns, rows, data, channels: 4 }, [
      { key: 'width', name: 'Width', value: String(columns), identifying: false },
      { key: 'height', name: 'Height', value: String(rows), identifying: false },
    ]);
  } finally {
    bitmap.close();
  }
}
