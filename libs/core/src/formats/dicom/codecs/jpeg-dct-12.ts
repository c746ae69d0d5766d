import { CtError } from '../../../errors.js';

/*
 * Over 300 lines because sequential and progressive Huffman scans share the bit reader, the tables and the blocks.
 */

const zigzag = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
  13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52,
  45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
] as const;

interface HuffmanTable {
  /** For each code length 1–16: the largest code (or -1), the first code and the index of its symbol. */
  readonly maxCode: Int32Array;
  readonly minCode: Int32Array;
  readonly firstSymbol: Int32Array;
  readonly symbols: Uint8Array;
}

interface Frame {
  readonly progressive: boolean;
  readonly precision: number;
  readonly columns: number;
  readonly rows: number;
  readonly blocksAcross: number;
  readonly blocksDown: number;
  readonly quantisation: number;
  /** Coefficients of all blocks, 64 each, in natural order. */
  readonly coefficients: Int32Array;
}

/**
 * Decodes grey JPEG of up to 12 bits per sample: baseline, extended sequential and progressive DCT with Huffman coding
 * (ITU-T T.81). The libraries that run in Node and browsers stop at 8 bits; CT is stored with 12.
 *
 * @returns one sample per pixel.
 * @throws {CtError} `CT_UNSUPPORTED` for colour and arithmetic coding, `CT_CORRUPT` and `CT_TRUNCATED`.
 */
export function decodeJpegDct12(
  data: Uint8Array,
  expected: { columns: number; rows: number },
): Uint16Array {
  const quantisation = new Map<number, Float64Array>();
  const tables = new Map<number, HuffmanTable>();
  let restartInterval = 0;
  let frame: Frame | undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 2;
  let scans = 0;
  for (;;) {
    while (at < data.length && data[at] !== 0xff) at++;
    while (at < data.length && data[at] === 0xff) at++;
    if (at >= data.length) {
      // Accept a stream that ends after its scans without EOI.
      if (scans > 0) break;
      throw new CtError('CT_TRUNCATED', 'Expected a scan in the JPEG stream, it ends before');
    }
    const marker = data[at++]!;
    if (marker === 0xd9) break;
    if (marker === 0xd8 || (marker >= 0xd0 && marker <= 0xd7) || marker === 0x01 || marker === 0x00)
      continue;
    if (at + 2 > data.length)
      throw new CtError('CT_TRUNCATED', 'Expected a JPEG segment, the stream ends before');
    const length = view.getUint16(at);
    const end = at + length;
    if (length < 2 || end > data.length)
      throw new CtError('CT_TRUNCATED', 'Expected a whole JPEG segment, it ends early');
    const segment = data.subarray(at + 2, end);
    at = end;
    if (marker === 0xdb) readQuantisation(segment, quantisation);
    else if (marker === 0xc4) readHuffmanTables(segment, tables);
    else if (marker === 0xdd) restartInterval = ((segment[0] ?? 0) << 8) | (segment[1] ?? 0);
    else if (marker === 0xc0 || marker === 0xc1 || marker === 0xc2)
      frame = readFrame(segment, marker === 0xc2, expected);
    else if (marker >= 0xc3 && marker <= 0xcf && marker !== 0xc4) {
      throw new CtError(
        'CT_UNSUPPORTED',
        `Expected Huffman-coded DCT, the JPEG frame is of type ${marker & 15}`,
      );
    } else if (marker === 0xda) {
      if (!frame) throw new CtError('CT_CORRUPT', 'Expected a JPEG frame header before the scan');
      // Real encoders write ten progressive scans; a damaged file must not make us decode thousands.
      if (++scans > 200)
        throw new CtError('CT_CORRUPT', 'Expected at most 200 scans in the JPEG stream');
      at = decodeScan(data, at, segment, frame, tables, restartInterval);
    }
  }
  if (!frame) throw new CtError('CT_CORRUPT', 'Expected a JPEG frame header, there is none');
  return transformBlocks(frame, quantisation.get(frame.quantisation));
}

function readQuantisation(segment: Uint8Array, tables: Map<number, Float64Array>): void {
  let at = 0;
  while (at < segment.length) {
    const wide = segment[at]! >> 4 !== 0;
    const id = segment[at++]! & 15;
    const table = new Float64Array(64);
    if (at + (wide ? 128 : 64) > segment.length)
      throw new CtError('CT_CORRUPT', 'Expected 64 quantisation steps');
    for (let i = 0; i < 64; i++) {
      table[zigzag[i]!] = wide ? (segment[at]! << 8) | segment[at + 1]! : segment[at]!;
      at += wide ? 2 : 1;
    }
    tables.set(id, table);
  }
}

function readHuffmanTables(segment: Uint8Array, tables: Map<number, HuffmanTable>): void {
  let at = 0;
  while (at + 17 <= segment.length) {
    const id = segment[at]!;
    const counts = segment.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    at += 17;
    if (total > 256 || at + total > segment.length)
      throw new CtError('CT_CORRUPT', 'Expected a whole Huffman table');
    const table: HuffmanTable = {
      maxCode: new Int32Array(17).fill(-1),
      minCode: new Int32Array(17),
      firstSymbol: new Int32Array(17),
      symbols: segment.slice(at, at + total),
    };
    let code = 0;
    let symbol = 0;
    for (let length = 1; length <= 16; length++) {
      const count = counts[length - 1]!;
      table.minCode[length] = code;
      table.firstSymbol[length] = symbol;
      if (count > 0) table.maxCode[length] = code + count - 1;
      code = (code + count) << 1;
      symbol += count;
    }
    tables.set(id, table);
    at += total;
  }
}

function readFrame(
  segment: Uint8Array,
  progressive: boolean,
  expected: { columns: number; rows: number },
): Frame {
  if (segment.length < 9) throw new CtError('CT_CORRUPT', 'Expected a whole JPEG frame header');
  const precision = segment[0]!;
  const rows = (segment[1]! << 8) | segment[2]!;
  const columns = (segment[3]! << 8) | segment[4]!;
  if (rows !== expected.rows || columns !== expected.columns) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected a JPEG of ${expected.columns}×${expected.rows}, the stream says ${columns}×${rows}`,
    );
  }
  if (segment[5] !== 1)
    throw new CtError(
      'CT_UNSUPPORTED',
      `Expected one component in a 12-bit JPEG, got ${segment[5] ?? 0}`,
    );
  if (precision < 8 || precision > 12)
    throw new CtError('CT_UNSUPPORTED', `Expected 8 to 12 bits in the JPEG, got ${precision}`);
  const blocksAcross = Math.ceil(columns / 8);
  const blocksDown = Math.ceil(rows / 8);
  return {
    progressive,
    precision,
    columns,
    rows,
    blocksAcross,
    blocksDown,
    quantisation: segment[8]!,
    coefficients: new Int32Array(blocksAcross * blocksDown * 64),
  };
}

/** Reads bits of the entropy-coded data, in which 0xff is followed by a stuffed 0; reads zeros past its end. */
class BitReader {
  #bits = 0;
  #count = 0;
  #zerosPastEnd = 0;
  readonly #data: Uint8Array;

  constructor(
    data: Uint8Array,
    public at: number,
  ) {
    this.#data = data;
  }

  bit(): number {
    if (this.#count === 0) {
      const byte = this.#data[this.at];
      if (byte === undefined || (byte === 0xff && this.#data[this.at + 1] !== 0)) {
        // At a marker: pad a few missing bits with zeros as libjpeg does, but not a whole missing scan.
        if (++this.#zerosPastEnd > 4096)
          throw new CtError('CT_TRUNCATED', 'Expected more JPEG data, a scan ends early');
        this.#bits = 0;
      } else {
        this.#bits = byte;
        this.at += byte === 0xff ? 2 : 1;
      }
      this.#count = 8;
    }
    this.#count--;
    return (this.#bits >> this.#count) & 1;
  }

  receive(length: number): number {
    let value = 0;
    for (let i = 0; i < length; i++) value = (value << 1) | this.bit();
    return value;
  }

  /** A signed value of `length` bits (T.81 F.2.2.1, EXTEND). */
  extend(length: number): number {
    if (length === 0) return 0;
    const value = this.receive(length);
    return value < 1 << (length - 1) ? value - (1 << length) + 1 : value;
  }

  symbol(table: HuffmanTable): number {
    let code = 0;
    for (let length = 1; length <= 16; length++) {
      code = (code << 1) | this.bit();
      if (code <= table.maxCode[length]!) {
        return table.symbols[table.firstSymbol[length]! + code - table.minCode[length]!]!;
      }
    }
    throw new CtError('CT_CORRUPT', 'Expected a Huffman code of the table in the JPEG scan');
  }

  /** Drops the rest of the byte and skips a restart marker if there is one. */
  restart(): void {
    this.#count = 0;
    if (this.#data[this.at] === 0xff && (this.#data[this.at + 1]! & 0xf8) === 0xd0) this.at += 2;
  }
}

function decodeScan(
  data: Uint8Array,
  start: number,
  segment: Uint8Array,
  frame: Frame,
  tables: Map<number, HuffmanTable>,
  restartInterval: number,
): number {
  if (segment[0] !== 1 || segment.length < 6)
    throw new CtError('CT_CORRUPT', 'Expected a JPEG scan of one component');
  const selectors = segment[2]!;
  const first = segment[3]!;
  const last = segment[4]!;
  const high = segment[5]! >> 4;
  const low = segment[5]! & 15;
  if (last > 63 || first > last || low > 13)
    throw new CtError('CT_CORRUPT', 'Expected a spectral range within 0–63 in the JPEG scan');
  const dc = tables.get(selectors >> 4);
  const ac = tables.get(0x10 | (selectors & 15));
  const table = (wanted: HuffmanTable | undefined): HuffmanTable => {
    if (!wanted)
      throw new CtError('CT_CORRUPT', 'Expected the Huffman table that the JPEG scan names');
    return wanted;
  };
  const reader = new BitReader(data, start);
  const { coefficients } = frame;
  let previous = 0;
  /** Blocks that an end-of-band run still covers (progressive). */
  let endOfBand = 0;

  const sequential = (block: number) => {
    coefficients[block] = previous += reader.extend(reader.symbol(table(dc)) & 15);
    for (let k = 1; k < 64; k++) {
      const symbol = reader.symbol(table(ac));
      const size = symbol & 15;
      const zeros = symbol >> 4;
      if (size === 0) {
        if (zeros < 15) break;
        k += 15;
        continue;
      }
      k += zeros;
      if (k > 63) break;
      coefficients[block + zigzag[k]!] = reader.extend(size);
    }
  };
  const dcFirst = (block: number) => {
    previous += reader.extend(reader.symbol(table(dc)) & 15);
    coefficients[block] = previous * (1 << low);
  };
  const dcRefine = (block: number) => {
    coefficients[block]! |= reader.bit() << low;
  };
  const acFirst = (block: number) => {
    if (endOfBand > 0) {
      endOfBand--;
      return;
    }
    for (let k = first; k <= last; k++) {
      const symbol = reader.symbol(table(ac));
      const size = symbol & 15;
      const zeros = symbol >> 4;
      if (size === 0) {
        if (zeros < 15) {
          endOfBand = (1 << zeros) - 1 + reader.receive(zeros);
          break;
        }
        k += 15;
        continue;
      }
      k += zeros;
      if (k > 63) break;
      coefficients[block + zigzag[k]!] = reader.extend(size) * (1 << low);
    }
  };
  const refine = (index: number) => {
    const value = coefficients[index]!;
    if (reader.bit() === 1 && (Math.abs(value) & (1 << low)) === 0) {
      coefficients[index] = value + (value < 0 ? -(1 << low) : 1 << low);
    }
  };
  const acRefine = (block: number) => {
    let k = first;
    if (endOfBand === 0) {
      for (; k <= last; k++) {
        const symbol = reader.symbol(table(ac));
        const size = symbol & 15;
        let zeros = symbol >> 4;
        let value = 0;
        if (size === 0) {
          if (zeros < 15) {
            endOfBand = (1 << zeros) + reader.receive(zeros);
            break;
          }
        } else {
          value = reader.bit() === 1 ? 1 << low : -(1 << low);
        }
        // Coefficients already known are refined on the way to the new one's place.
        for (; k <= last; k++) {
          const index = block + zigzag[k]!;
          if (coefficients[index] !== 0) refine(index);
          else if (zeros-- === 0) {
            if (value !== 0) coefficients[index] = value;
            break;
          }
        }
      }
    }
    if (endOfBand > 0) {
      for (; k <= last; k++) {
        const index = block + zigzag[k]!;
        if (coefficients[index] !== 0) refine(index);
      }
      endOfBand--;
    }
  };

  const decodeBlock = !frame.progressive
    ? sequential
    : first === 0
      ? high === 0
        ? dcFirst
        : dcRefine
      : high === 0
        ? acFirst
        : acRefine;
  const blocks = frame.blocksAcross * frame.blocksDown;
  for (let n = 0; n < blocks; n++) {
    if (restartInterval > 0 && n > 0 && n % restartInterval === 0) {
      reader.restart();
      previous = 0;
      endOfBand = 0;
    }
    decodeBlock(n * 64);
  }
  return reader.at;
}

/** cos((2x + 1)uπ / 16) with the weights of the inverse transform (T.81 A.3.3), as [u][x]. */
const basis = Float64Array.from({ length: 64 }, (_, i) => {
  const u = i >> 3;
  const x = i & 7;
  return (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * x + 1) * u * Math.PI) / 16);
});

function transformBlocks(frame: Frame, steps: Float64Array | undefined): Uint16Array {
  if (!steps)
    throw new CtError('CT_CORRUPT', 'Expected the quantisation table that the JPEG frame names');
  const { columns, rows, blocksAcross, blocksDown, coefficients, precision } = frame;
  const pixels = new Uint16Array(columns * rows);
  const largest = (1 << precision) - 1;
  const shift = 1 << (precision - 1);
  const half = new Float64Array(64);
  for (let by = 0; by < blocksDown; by++) {
    for (let bx = 0; bx < blocksAcross; bx++) {
      const block = (by * blocksAcross + bx) * 64;
      half.fill(0);
      for (let v = 0; v < 8; v++) {
        for (let u = 0; u < 8; u++) {
          const value = coefficients[block + v * 8 + u]! * steps[v * 8 + u]!;
          if (value === 0) continue;
          for (let x = 0; x < 8; x++) half[v * 8 + x]! += value * basis[u * 8 + x]!;
        }
      }
      const height = Math.min(8, rows - by * 8);
      const width = Math.min(8, columns - bx * 8);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          let sum = shift;
          for (let v = 0; v < 8; v++) sum += half[v * 8 + x]! * basis[v * 8 + y]!;
          const value = Math.round(sum);
          pixels[(by * 8 + y) * columns + bx * 8 + x] =
            value < 0 ? 0 : value > largest ? largest : value;
        }
      }
    }
  }
  return pixels;
}
