declare module 'jpeg-lossless-decoder-js' {
  /** Decoder of lossless JPEG (ITU-T T.81 process 14). */
  export class Decoder {
    decode(
      buffer: ArrayBufferLike,
      offset: number,
      length: number,
      bytesPerSample: number,
    ): Uint8Array | Uint16Array;
  }
}
