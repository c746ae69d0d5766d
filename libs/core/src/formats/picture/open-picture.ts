import sharp, { type Metadata, type SharpOptions } from 'sharp';
import type { ByteSource } from '../byte-source.js';
import { CtError } from '../../errors.js';
import { defaultLimits, type Limits } from '../limits.js';
import type { CtVolume, MetadataEntry } from '../../contracts/volume.js';
import { pictureVolume, type DecodedPicture } from './picture-volume.js';

/**
 * Opens a PNG (8 or 16 bit; grey, RGB, palette, with or without alpha) or a JPEG through libvips. The orientation of EXIF is
 * applied.
 *
 * @throws {CtError} `CT_TOO_LARGE` past `limits.imagePixels`, `CT_CORRUPT` and `CT_TRUNCATED` when libvips cannot decode.
 */
export async function openPicture(
  source: ByteSource,
  format: 'png' | 'jpeg',
  limits: Limits = defaultLimits,
): Promise<CtVolume> {
  const bytes = await source.read(0, source.size);
  const input = {
    // Our own check gives a better error than libvips' limit, which stays as a second check.
    limitInputPixels: limits.imagePixels,
    failOn: 'truncated',
    // Values as stored, as in browsers and PIL: a profile would change the grey of some pictures and not of others.
    ignoreIcc: true,
  } as const;
  try {
    const header = await sharp(bytes, { limitInputPixels: false }).metadata();
    if (header.width * header.height > limits.imagePixels) {
      throw new CtError(
        'CT_TOO_LARGE',
        `Expected at most ${limits.imagePixels} pixels, the picture has ${header.width}×${header.height}`,
      );
    }
    return pictureVolume(format, await decode(bytes, header, input), metadataOf(header));
  } catch (error) {
    throw pictureError(error, format, bytes);
  }
}

async function decode(
  bytes: Uint8Array,
  header: Metadata,
  input: SharpOptions,
): Promise<DecodedPicture> {
  const deep = header.depth === 'ushort';
  let pipeline = sharp(bytes, input);
  // Only if needed: `rotate` takes time even when there is nothing to turn.
  if ((header.orientation ?? 1) !== 1) pipeline = pipeline.rotate();
  // CMYK and exotic colour spaces become sRGB; grey stays grey.
  if (header.space === 'cmyk' || header.channels > 4) pipeline = pipeline.toColourspace('srgb');
  else if (deep) pipeline = pipeline.toColourspace(header.channels <= 2 ? 'grey16' : 'rgb16');
  const { data, info } = await pipeline
    .raw({ depth: deep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return {
    columns: info.width,
    rows: info.height,
    channels: info.channels,
    data: deep
      ? new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength))
      : data,
  };
}

function metadataOf(header: Metadata): MetadataEntry[] {
  const entry = (key: string, name: string, value: string | number | undefined) =>
    value === undefined ? [] : [{ key, name, value: String(value), identifying: false }];
  return [
    ...entry('format', 'Format', header.format),
    ...entry('width', 'Width', header.width),
    ...entry('height', 'Height', header.height),
    ...entry('space', 'Colour space', header.space),
    ...entry('channels', 'Channels', header.channels),
    ...entry('depth', 'Bits', header.depth === 'ushort' ? 16 : 8),
    ...entry('density', 'Pixels per inch', header.density),
    ...entry('orientation', 'EXIF orientation', header.orientation),
  ];
}

/** libvips' messages mention its own files and lines; users need to know what is wrong with the picture. */
function pictureError(error: unknown, format: 'png' | 'jpeg', bytes: Uint8Array): CtError {
  if (error instanceof CtError) return error;
  const name = format.toUpperCase();
  if (!hasEnd(format, bytes)) {
    return new CtError('CT_TRUNCATED', `Expected a whole ${name}, its end is missing`, {
      cause: error,
    });
  }
  return new CtError('CT_CORRUPT', `Expected a valid ${name}, its data is damaged`, {
    cause: error,
  });
}

/** Whether the file's last kilobyte holds the chunk IEND, or the marker EOI: other bytes may follow it. */
function hasEnd(format: 'png' | 'jpeg', bytes: Uint8Array): boolean {
  const end = format === 'png' ? 'IEND' : '\xff\xd9';
  return Buffer.from(bytes.subarray(-1024)).toString('latin1').includes(end);
}
