import { CtError } from '../../../errors.js';

/** What a code stream says of its own size. */
export interface EncodedSize {
  readonly columns: number;
  readonly rows: number;
  readonly components: number;
  readonly precision: number;
  /** Marker of the frame header: 0xc0 baseline … 0xc3 lossless, 0xf7 JPEG-LS, 0x51 JPEG 2000. */
  readonly marker: number;
}

/**
 * Reads the size in a JPEG, JPEG-LS or JPEG 2000 code stream before a decoder allocates by it: SOFn (ITU-T T.81 B.2.2), SOF55
 * (T.87), SIZ (T.800 A.5.1).
 *
 * @throws {CtError} `CT_CORRUPT` when there is no such marker, `CT_TRUNCATED` when the stream ends before it.
 */
export function readEncodedSize(data: Uint8Array): EncodedSize {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const needs = (end: number) => {
    if (end > data.length) {
      throw new CtError('CT_TRUNCATED', 'Expected the size in the code stream, it ends before');
    }
  };
  needs(4);
  if (view.getUint16(0) === 0xff4f) {
    if (view.getUint16(2) !== 0xff51)
      throw new CtError('CT_CORRUPT', 'Expected SIZ after SOC in the JPEG 2000 stream');
    needs(43);
    return {
      columns: view.getUint32(8) - view.getUint32(16),
      rows: view.getUint32(12) - view.getUint32(20),
      components: view.getUint16(40),
      precision: (view.getUint8(42) & 0x7f) + 1,
      marker: 0x51,
    };
  }
  if (view.getUint16(0) !== 0xffd8)
    throw new CtError('CT_CORRUPT', 'Expected a code stream that starts with SOI or SOC');
  for (let at = 2; ;) {
    needs(at + 4);
    if (data[at] !== 0xff)
      throw new CtError('CT_CORRUPT', `Expected a marker at byte ${at} of the code stream`);
    const marker = data[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const isFrame =
      (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) || marker === 0xf7;
    if (isFrame) {
      needs(at + 10);
      return {
        precision: view.getUint8(at + 4),
        rows: view.getUint16(at + 5),
        columns: view.getUint16(at + 7),
        components: view.getUint8(at + 9),
        marker,
      };
    }
    if (marker === 0xd9 || marker === 0xda)
      throw new CtError('CT_CORRUPT', 'Expected a frame header before the scan');
    at += 2 + view.getUint16(at + 2);
  }
}
