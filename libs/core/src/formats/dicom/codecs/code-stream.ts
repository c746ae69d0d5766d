import { CtError } from '../../../errors.js';

/** The decoders that a code stream may need. */
export type StreamCodec = 'jpeg-dct' | 'jpeg-lossless' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k';

/** What a code stream's own header says, whatever the transfer syntax around it. */
export interface CodeStream {
  readonly codec: StreamCodec;
  /** The kind for display, with its marker: `lossless JPEG (SOF3)`. */
  readonly name: string;
  readonly columns: number;
  readonly rows: number;
  readonly components: number;
  /** Bits per sample. */
  readonly precision: number;
  /** The stream itself, without a JP2 file's boxes around it. */
  readonly bytes: Uint8Array;
}

/** Start-of-frame markers of JPEG (ITU-T T.81 table B.1) and of JPEG-LS (T.87). */
const frames: Readonly<Record<number, { name: string; codec?: StreamCodec }>> = {
  0xc0: { name: 'baseline JPEG (SOF0)', codec: 'jpeg-dct' },
  0xc1: { name: 'extended JPEG (SOF1)', codec: 'jpeg-dct' },
  0xc2: { name: 'progressive JPEG (SOF2)', codec: 'jpeg-dct' },
  0xc3: { name: 'lossless JPEG (SOF3)', codec: 'jpeg-lossless' },
  0xc5: { name: 'hierarchical JPEG (SOF5)' },
  0xc6: { name: 'hierarchical JPEG (SOF6)' },
  0xc7: { name: 'hierarchical lossless JPEG (SOF7)' },
  0xc9: { name: 'arithmetic JPEG (SOF9)' },
  0xca: { name: 'arithmetic JPEG (SOF10)' },
  0xcb: { name: 'arithmetic lossless JPEG (SOF11)' },
  0xcd: { name: 'arithmetic JPEG (SOF13)' },
  0xce: { name: 'arithmetic JPEG (SOF14)' },
  0xcf: { name: 'arithmetic lossless JPEG (SOF15)' },
  0xf7: { name: 'JPEG-LS (SOF55)', codec: 'jpeg-ls' },
};

/** First bytes of a JP2 file (ITU-T T.800 I.5.1), which some writers put into DICOM. */
const jp2Signature = [0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20];

/** Whether bytes start like JPEG, JPEG-LS or JPEG 2000, with or without a JP2 file around it. */
export function startsCodeStream(data: Uint8Array): boolean {
  return (
    (data[0] === 0xff && (data[1] === 0xd8 || data[1] === 0x4f)) ||
    jp2Signature.every((byte, i) => data[i] === byte)
  );
}

/**
 * Reads the kind and size of a JPEG, JPEG-LS or JPEG 2000 code stream before a decoder allocates memory for it: SOFn (ITU-T T.81 B.2.2),
 * SOF55 (T.87), SIZ (T.800 A.5.1).
 *
 * @throws {CtError} `CT_CORRUPT` when there is no such marker, `CT_TRUNCATED` when the stream ends before it, `CT_UNSUPPORTED` for
 *   hierarchical and arithmetic JPEG.
 */
export function readCodeStream(data: Uint8Array): CodeStream {
  if (jp2Signature.every((byte, i) => data[i] === byte)) return readJpeg2000(withoutBoxes(data));
  if (data[0] === 0xff && data[1] === 0x4f) return readJpeg2000(data);
  if (data[0] !== 0xff || data[1] !== 0xd8)
    throw new CtError('CT_CORRUPT', 'Expected a code stream that starts with SOI or SOC');
  return readJpeg(data);
}

function readJpeg(data: Uint8Array): CodeStream {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 2; ;) {
    assertBytes(data, at + 4);
    if (data[at] !== 0xff)
      throw new CtError('CT_CORRUPT', `Expected a marker at byte ${at} of the code stream`);
    const marker = data[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const frame = frames[marker];
    if (frame) {
      assertBytes(data, at + 10);
      if (!frame.codec) {
        throw new CtError(
          'CT_UNSUPPORTED',
          `Expected sequential, progressive or lossless Huffman-coded JPEG, the stream is ${frame.name}`,
        );
      }
      return {
        codec: frame.codec,
        name: frame.name,
        precision: view.getUint8(at + 4),
        rows: view.getUint16(at + 5),
        columns: view.getUint16(at + 7),
        components: view.getUint8(at + 9),
        bytes: data,
      };
    }
    if (marker === 0xd9 || marker === 0xda)
      throw new CtError('CT_CORRUPT', 'Expected a frame header before the scan');
    at += 2 + view.getUint16(at + 2);
  }
}

function readJpeg2000(data: Uint8Array): CodeStream {
  assertBytes(data, 43);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (view.getUint16(0) !== 0xff4f || view.getUint16(2) !== 0xff51)
    throw new CtError('CT_CORRUPT', 'Expected SIZ after SOC in the JPEG 2000 stream');
  // Bit 14 of Rsiz announces the capabilities of part 15, High-Throughput JPEG 2000 (T.814 A.2).
  const highThroughput = (view.getUint16(6) & 0x4000) !== 0;
  return {
    codec: highThroughput ? 'htj2k' : 'jpeg-2000',
    name: highThroughput ? 'High-Throughput JPEG 2000' : 'JPEG 2000',
    columns: view.getUint32(8) - view.getUint32(16),
    rows: view.getUint32(12) - view.getUint32(20),
    components: view.getUint16(40),
    precision: (view.getUint8(42) & 0x7f) + 1,
    bytes: data,
  };
}

/** The code stream in a JP2 file: the contents of its box `jp2c` (T.800 I.5.4). */
function withoutBoxes(data: Uint8Array): Uint8Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at + 8 <= data.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...data.subarray(at + 4, at + 8));
    const long = length === 1;
    if (long) assertBytes(data, at + 16);
    const size = long ? Number(view.getBigUint64(at + 8)) : length;
    const end = size === 0 ? data.length : at + size;
    if (type === 'jp2c') return data.subarray(at + (long ? 16 : 8), Math.min(end, data.length));
    if (size !== 0 && size < 8) break;
    at = end;
  }
  throw new CtError(
    'CT_CORRUPT',
    'Expected a code stream (box jp2c) in the JP2 file, there is none',
  );
}

function assertBytes(data: Uint8Array, end: number): void {
  if (end > data.length)
    throw new CtError('CT_TRUNCATED', 'Expected the size in the code stream, it ends before');
}
