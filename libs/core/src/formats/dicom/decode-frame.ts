import { CtError } from '../../errors.js';
import { swapBytes } from '../voxels/voxel-type.js';
import { readCodeStream, startsCodeStream, type CodeStream } from './codecs/code-stream.js';
import { decodeJpegDct12 } from './codecs/jpeg-dct-12.js';
import { decodeJpegLossless } from './codecs/jpeg-lossless.js';
import { decodeRle } from './codecs/rle.js';
import type { DecodedFrame, WasmCodecs } from './codecs/wasm-codec.js';
import type { PixelFormat } from './pixel-format.js';
import type { TransferSyntax } from './transfer-syntax.js';

/** Samples of a frame as stored, before sign, rescale and colour. */
export interface StoredFrame {
  readonly samples: Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array;
  readonly planar: boolean;
  /** Colour space of the samples: a codec may have turned YBR into RGB. */
  readonly photometric: string;
  /** The codec has already extended the sign into the upper bits. */
  readonly signExtended: boolean;
}

/** A frame's coding as its bytes show it: the code stream, RLE segments, or plain samples. */
export type FrameCoding = { readonly codec: 'native' | 'rle'; readonly name: string } | CodeStream;

/**
 * Tells a frame's coding by its bytes. The transfer syntax only decides between plain samples and the rest: lossless streams
 * occur under lossy syntaxes and DCT streams under lossless ones, and decoding them as the header says gives garbage.
 *
 * @throws {CtError} `CT_CORRUPT` for bytes of no known coding, `CT_UNSUPPORTED`, `CT_TRUNCATED`.
 */
export function frameCoding(bytes: Uint8Array, syntax: TransferSyntax): FrameCoding {
  if (startsCodeStream(bytes)) {
    try {
      return readCodeStream(bytes);
    } catch (error) {
      if (!(error instanceof CtError)) throw error;
      throw new CtError(error.code, `${error.message} (transfer syntax ${syntax.name})`);
    }
  }
  if (syntax.codec === 'rle' || looksLikeRle(bytes)) return { codec: 'rle', name: 'RLE' };
  const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0'));
  throw new CtError(
    'CT_CORRUPT',
    `Expected a code stream of ${syntax.name}, the frame starts with ${start.join(' ')}`,
  );
}

/** The header of RLE Lossless (PS3.5 annex G): 1 to 15 segments, the first at byte 64. */
function looksLikeRle(bytes: Uint8Array): boolean {
  if (bytes.length < 64) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const segments = view.getUint32(0, true);
  return segments >= 1 && segments <= 15 && view.getUint32(4, true) === 64;
}

/**
 * Decodes one frame's bytes to samples.
 *
 * @throws {CtError} `CT_CORRUPT`, `CT_TRUNCATED`, or `CT_UNSUPPORTED` when there is no decoder.
 */
export async function decodeFrame(
  bytes: Uint8Array,
  syntax: TransferSyntax,
  format: PixelFormat,
  { codecs, isPlain }: { readonly codecs: WasmCodecs; readonly isPlain: boolean },
): Promise<StoredFrame> {
  if (isPlain) {
    const own = syntax.bigEndian && format.bitsAllocated > 8 ? bytes.slice() : bytes;
    if (own !== bytes) swapBytes(own, format.bitsAllocated / 8);
    return stored(own, format);
  }
  const stream = frameCoding(bytes, syntax);
  if (!('bytes' in stream)) {
    const pixels = format.columns * format.rows;
    const bytesPerSample = format.bitsAllocated / 8;
    const samples = format.samplesPerPixel;
    const decoded = decodeRle(bytes, { pixels, bytesPerSample, samples });
    return { ...stored(decoded, format), planar: false };
  }
  assertSize(stream, format);
  switch (stream.codec) {
    case 'jpeg-dct': {
      if (stream.precision > 8) return fromSamples(decodeJpegDct12(stream.bytes, format), format);
      const frame = await codecs.decode('libjpeg-turbo', stream.bytes, format);
      return fromCodec(frame, rgbOf(frame, format));
    }
    case 'jpeg-lossless':
      return fromSamples(decodeJpegLossless(stream.bytes, stream).samples, format);
    case 'jpeg-ls':
      return fromCodec(await codecs.decode('charls', stream.bytes, format), format);
    case 'jpeg-2000':
    case 'htj2k': {
      const name = stream.codec === 'htj2k' ? 'openjph' : 'openjpeg';
      const frame = await codecs.decode(name, stream.bytes, format);
      return fromCodec(frame, rgbOf(frame, format));
    }
  }
}

/** libjpeg-turbo and the JPEG 2000 codecs turn YBR into RGB. */
function rgbOf(frame: DecodedFrame, format: PixelFormat): PixelFormat {
  return { ...format, photometric: frame.components === 3 ? 'RGB' : format.photometric };
}

/** Compares the code stream's size with the header's, before a decoder allocates memory for the stream. */
function assertSize(stream: CodeStream, { columns, rows, samplesPerPixel }: PixelFormat): void {
  if (stream.columns !== columns || stream.rows !== rows || stream.components !== samplesPerPixel) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected a code stream of ${columns}×${rows}×${samplesPerPixel}, it says ${stream.columns}×${stream.rows}×${stream.components}`,
    );
  }
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

/** Little-endian bytes as numbers; assumes a little-endian machine, see voxel-type.ts for the other case. */
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
