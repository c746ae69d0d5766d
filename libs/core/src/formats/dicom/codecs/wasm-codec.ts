import { CtError } from '../../../errors.js';

/** Cornerstone's codecs that are compiled to WebAssembly. */
export type WasmCodecName = 'charls' | 'openjpeg' | 'openjph' | 'libjpeg-turbo';

/** Finds and starts a codec; Node and bundlers do this differently. */
export type LoadWasmCodec = (name: WasmCodecName) => Promise<WasmModule>;

/** What Emscripten exports for a codec: classes that live on the module's heap. */
export interface WasmModule {
  readonly JpegLSDecoder?: new () => WasmDecoder;
  readonly J2KDecoder?: new () => WasmDecoder;
  readonly HTJ2KDecoder?: new () => WasmDecoder;
  readonly JPEGDecoder?: new () => WasmDecoder;
}

/** The interface that the codecs' decoders share. */
export interface WasmDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8Array;
  getFrameInfo(): {
    width: number;
    height: number;
    bitsPerSample: number;
    componentCount: number;
    isSigned?: boolean;
  };
  /** JPEG-LS: 0 one component after the other, otherwise interleaved. */
  getInterleaveMode?(): number;
  delete?(): void;
}

/** A decoded frame in the codec's own terms. */
export interface DecodedFrame {
  readonly bytes: Uint8Array;
  readonly bitsPerSample: number;
  readonly components: number;
  readonly signed: boolean | undefined;
  readonly planar: boolean;
}

const classOf = {
  charls: 'JpegLSDecoder',
  openjpeg: 'J2KDecoder',
  openjph: 'HTJ2KDecoder',
  'libjpeg-turbo': 'JPEGDecoder',
} as const satisfies Record<WasmCodecName, keyof WasmModule>;

/**
 * Decodes frames with WebAssembly codecs, each loaded for its first frame. A codec that failed is restarted for the
 * next frame: after an abort its heap cannot be trusted.
 */
export class WasmCodecs {
  readonly #modules = new Map<WasmCodecName, Promise<WasmModule>>();
  readonly #load: LoadWasmCodec;

  constructor(load: LoadWasmCodec) {
    this.#load = load;
  }

  /** @throws {CtError} `CT_CORRUPT` when the codec fails or returns another size than expected. */
  async decode(
    name: WasmCodecName,
    encoded: Uint8Array,
    expected: { columns: number; rows: number },
  ): Promise<DecodedFrame> {
    let module = this.#modules.get(name);
    if (!module) {
      module = this.#load(name);
      this.#modules.set(name, module);
    }
    let decoder: WasmDecoder | undefined;
    try {
      const Decoder = (await module)[classOf[name]];
      if (!Decoder) throw new Error(`the codec ${name} has no decoder`);
      decoder = new Decoder();
      decoder.getEncodedBuffer(encoded.length).set(encoded);
      decoder.decode();
      const info = decoder.getFrameInfo();
      if (info.width !== expected.columns || info.height !== expected.rows) {
        throw new CtError(
          'CT_CORRUPT',
          `Expected a frame of ${expected.columns}×${expected.rows}, the code stream holds ${info.width}×${info.height}`,
        );
      }
      return {
        bytes: decoder.getDecodedBuffer().slice(),
        bitsPerSample: info.bitsPerSample,
        components: info.componentCount,
        signed: info.isSigned,
        planar: name === 'charls' && info.componentCount > 1 && decoder.getInterleaveMode?.() === 0,
      };
    } catch (error) {
      this.#modules.delete(name);
      if (error instanceof CtError) throw error;
      throw new CtError('CT_CORRUPT', `Expected a code stream that ${name} decodes, it could not`, {
        cause: error,
      });
    } finally {
      try {
        decoder?.delete?.();
      } catch {
        // An aborted module cannot free anything: drop it as a whole.
      }
    }
  }
}
