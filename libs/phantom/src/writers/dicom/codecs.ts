import charls from '@cornerstonejs/codec-charls';
import openjpeg from '@cornerstonejs/codec-openjpeg';
import openjph from '@cornerstonejs/codec-openjph';
import { littleEndian16 } from '../phantom-file.js';

/** One grey frame of unsigned numbers. */
export interface StoredFrame {
  readonly columns: number;
  readonly rows: number;
  readonly bitsStored: number;
  readonly pixels: Uint16Array;
}

interface FrameInfo {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly componentCount: number;
  readonly isSigned: boolean;
  readonly isUsingColorTransform: boolean;
}

/** What the encoders of the three WASM modules have in common. */
interface Encoder {
  /** Memory of the module to put the pixels in. */
  getDecodedBuffer(frame: FrameInfo): Uint8Array;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
  delete(): void;
}

interface JpegLsModule {
  JpegLSEncoder: new () => Encoder & { setNearLossless(near: number): void };
}
interface J2kModule {
  J2KEncoder: new () => Encoder & { setQuality(lossless: boolean, rate: number): void };
}
interface Htj2kModule {
  HTJ2KEncoder: new () => Encoder & { setQuality(lossless: boolean, step: number): void };
}

/** JPEG-LS lossless. */
export async function encodeJpegLs(frame: StoredFrame): Promise<Uint8Array> {
  const { JpegLSEncoder } = (await charls()) as JpegLsModule;
  const encoder = new JpegLSEncoder();
  encoder.setNearLossless(0);
  return run(encoder, frame);
}

/** JPEG 2000 lossless (reversible 5/3 wavelet). */
export async function encodeJpeg2000(frame: StoredFrame): Promise<Uint8Array> {
  const { J2KEncoder } = (await openjpeg()) as J2kModule;
  const encoder = new J2KEncoder();
  encoder.setQuality(true, 0);
  return run(encoder, frame);
}

/** High-Throughput JPEG 2000 lossless. */
export async function encodeHtj2k(frame: StoredFrame): Promise<Uint8Array> {
  const { HTJ2KEncoder } = (await openjph()) as Htj2kModule;
  const encoder = new HTJ2KEncoder();
  encoder.setQuality(true, 0);
  return run(encoder, frame);
}

function run(encoder: Encoder, { columns, rows, bitsStored, pixels }: StoredFrame): Uint8Array {
  try {
    const memory = encoder.getDecodedBuffer({
      width: columns,
      height: rows,
      bitsPerSample: bitsStored,
      componentCount: 1,
      isSigned: false,
      isUsingColorTransform: false,
    });
    memory.set(littleEndian16(pixels));
    encoder.encode();
    return encoder.getEncodedBuffer().slice();
  } finally {
    encoder.delete();
  }
}
