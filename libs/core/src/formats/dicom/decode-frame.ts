import { Decoder as JpegLosslessDecoder } from 'jpeg-lossless-decoder-js';
import { CtError } from '../../errors.js';
import { swapBytes } from '../voxels/voxel-type.js';
import { readEncodedSize } from './codecs/encoded-size.js';
import { decodeJpegDct12 } from './codecs/jpeg-dct-12.js';
import { decodeRle } from './codecs/rle.js';
import type { DecodedFrame, WasmCodecs } from './codecs/wasm-codec.js';
import type { PixelFormat } from './pixel-format.js';
import type { TransferSyntax } from './transfer-syntax.js';

/** Samples of a frame as stored, before sign, rescale and colour. */
export interface StoredFrame {
  readonly samples: Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array;
  readonly planar: boolean;
  /** How colour stands in the samples: a codec may have turned YBR into RGB. */
  readonly photometric: string;
  /** The codec has put the sign where it belongs; the bits above it are already right. */
  readonly signExtended: boolean;
}

/**
 * Decodes one frame's bytes to samples.
 *
 * @throws {CtError} `CT_CORRUPT`, `CT_TRUNCATED`, or `CT_UNSUPPORTED` for what no decoder reads.
 */
export async function decodeFrame(
  bytes: Uint8Array,
  syntax: TransferSyntax,
  format: PixelFormat,
  codecs: WasmCodecs,
): Promise<StoredFrame> {
  switch (syntax.codec) {
    case 'native': {
      const own = syntax.bigEndian && format.bitsAllocated > 8 ? bytes.slice() : bytes;
      if (own !== bytes) swapBytes(own, format.bitsAllocated / 8);
      return stored(own, format);
    }
    case 'rle': {
      const pixels = format.columns * format.rows;
      const bytesPerSample = format.bitsAllocated / 8;
      const samples = format.samplesPerPixel;
      const decoded = decodeRle(bytes, { pixels, bytesPerSample, samples });
      return { ...stored(decoded, format), planar: false };
    }
    case 'jpeg-dct': {
      const { precision } = checkedSize(bytes, format);
      if (precision > 8) return fromSamples(decodeJpegDct12(bytes, format), format);
      const frame = await codecs.decode('libjpeg-turbo', bytes, format);
      return fromCodec(frame, {
        ...format,
        photometric: frame.components === 3 ? 'RGB' : format.photometric,
      });
    }
    case 'jpeg-lossless': {
      checkedSize(bytes, format);
      return fromSamples(decodeLossless(bytes, format), format);
    }
    case 'jpeg-ls':
      checkedSize(bytes, format);
      return fromCodec(await codecs.decode('charls', bytes, format), format);
    case 'jpeg-2000':
    case 'htj2k': {
      checkedSize(bytes, format);
      const name = syntax.codec === 'htj2k' ? 'openjph' : 'openjpeg';
      const frame = await codecs.decode(name, bytes, format);
      return fromCodec(frame, {
        ...format,
        photometric: frame.components === 3 ? 'RGB' : format.photometric,
      });
    }
  }
}

/** Compares the code stream's size with the header's, before a decoder allocates by the stream. */
function checkedSize(bytes: Uint8Array, { columns, rows, samplesPerPixel }: PixelFormat) {
  const size = readEncodedSize(bytes);
  if (size.columns !== columns || size.rows !== rows || size.components !== samplesPerPixel) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected a code stream of ${columns}×${rows}×${samplesPerPixel}, it says ${size.columns}×${size.rows}×${size.components}`,
    );
  }
  return size;
}

function decodeLossless(bytes: Uint8Array, format: PixelFormat): Uint8Array | Uint16Array {
  const size = format.columns * format.rows * format.samplesPerPixel;
  const input = withRoomAtEnd(bytes);
  try {
    const decoded = new JpegLosslessDecoder().decode(
      input.buffer,
      0,
      input.length,
      format.bitsAllocated > 8 ? 2 : 1,
    );
    const samples =
      format.bitsAllocated > 8
        ? new Uint16Array(decoded.buffer, decoded.byteOffset, decoded.byteLength >> 1)
        : new Uint8Array(decoded.buffer, decoded.byteOffset, decoded.byteLength);
    if (samples.length < size) {
      throw new CtError(
        'CT_TRUNCATED',
        `Expected ${size} samples in the JPEG stream, got ${samples.length}`,
      );
    }
    return samples.subarray(0, size);
  } catch (error) {
    if (error instanceof CtError) throw error;
    throw new CtError('CT_CORRUPT', 'Expected a lossless JPEG stream, it cannot be decoded', {
      cause: error,
    });
  }
}

/**
 * A copy with two zero bytes before the marker EOI: jpeg-lossless-decoder-js 2.1 looks a byte ahead, takes the marker for the
 * end of the data and gives 0 for the last pixel.
 */
function withRoomAtEnd(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  let end = bytes.length;
  while (end >= 2 && !(bytes[end - 2] === 0xff && bytes[end - 1] === 0xd9)) end--;
  const at = end >= 2 ? end - 2 : bytes.length;
  const result = new Uint8Array(bytes.length + 2);
  result.set(bytes.subarray(0, at));
  result.set(bytes.subarray(at), at + 2);
  return result;
}

function fromSamples(samples: Uint8Array | Uint16Array, { photometric }: PixelFormat): StoredFrame {
  return { samples, planar: false, photometric, signExtended: false };
}

function fromCodec(frame: DecodedFrame, format: PixelFormat): StoredFrame {
  const bits = frame.bitsPerSample > 16 ? 32 : frame.bitsPerSample > 8 ? 16 : 8;
  const signed = frame.signed ?? false;
  return {
    samples: view(frame.bytes, bits, signed, format.columns * format.rows * frame.components),
    planar: frame.planar,
    photometric: format.photometric,
    signExtended: signed,
  };
}

function stored(bytes: Uint8Array, format: PixelFormat): StoredFrame {
  const { bitsAllocated, planar, photometric } = format;
  const count = Math.floor(bytes.length / (bitsAllocated / 8));
  return {
    samples: view(bytes, bitsAllocated, false, count),
    planar,
    photometric,
    signExtended: false,
  };
}

/** Little-endian bytes as numbers; every machine that runs this is little endian, see voxel-type.ts for the other case. */
function view(
  bytes: Uint8Array,
  bits: number,
  signed: boolean,
  count: number,
): StoredFrame['samples'] {
  const size = bits / 8;
  if (bytes.length < count * size) {
    throw new CtError(
      'CT_TRUNCATED',
      `Expected ${count * size} bytes of samples, got ${bytes.length}`,
    );
  }
  const own = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  const buffer = own.buffer as ArrayBuffer;
  if (bits === 8)
    return signed ? new Int8Array(buffer, own.byteOffset, count) : own.subarray(0, count);
  if (bits === 16) {
    return signed
      ? new Int16Array(buffer, own.byteOffset, count)
      : new Uint16Array(buffer, own.byteOffset, count);
  }
  return signed
    ? new Int32Array(buffer, own.byteOffset, count)
    : new Uint32Array(buffer, own.byteOffset, count);
}
