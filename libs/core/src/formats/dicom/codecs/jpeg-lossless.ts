import { CtError } from '../../../errors.js';

/*
 * Our own lossless JPEG: jpeg-lossless-decoder-js rounds predictor 7 towards zero, ignores the point transform and takes DCT
 * streams for lossless ones; the WebAssembly libraries decode it, but return at most 8 bits or weigh a megabyte.
 */

/** Samples of a lossless JPEG, pixel after pixel. */
export interface LosslessFrame {
  /** `columns * rows * components` samples; unsigned, with the point transform undone. */
  readonly samples: Uint8Array | Uint16Array;
  /** Bits per sample as declared in the stream, 2 to 16. */
  readonly precision: number;
}

interface Size {
  readonly columns: number;
  readonly rows: number;
  readonly components: number;
}

interface Frame extends Size {
  readonly precision: number;
  /** Component identifiers in the order of the frame header. */
  readonly ids: readonly number[];
}

/**
 * Decodes lossless sequential JPEG with Huffman coding (process 14, SOF3): ITU-T T.81 annex H. All seven predictors, point
 * transforms, 2 to 16 bits, restart intervals, and components in one scan or in one scan each.
 *
 * Differences wrap at 16 bits (T.81 H.1.2.1), whatever the precision: signed samples are coded as unsigned.
 *
 * @throws {CtError} `CT_UNSUPPORTED` for subsampled components, `CT_CORRUPT` and `CT_TRUNCATED`.
 */
export function decodeJpegLossless(data: Uint8Array, expected: Size): LosslessFrame {
  const tables = new Map<number, HuffmanTable>();
  let frame: Frame | undefined;
  let samples: Uint8Array | Uint16Array | undefined;
  const decoded = new Set<number>();
  let restartInterval = 0;
  let at = 2;
  for (;;) {
    while (at < data.length && data[at] !== 0xff) at++;
    while (at < data.length && data[at] === 0xff) at++;
    if (at >= data.length) break;
    const marker = data[at++]!;
    if (marker === 0xd9) break;
    if (marker === 0xd8 || (marker >= 0xd0 && marker <= 0xd7) || marker <= 0x01) continue;
    const end = at + (((data[at] ?? 0) << 8) | (data[at + 1] ?? 0));
    if (end < at + 2 || end > data.length)
      throw new CtError('CT_TRUNCATED', 'Expected a whole JPEG segment, it ends early');
    const segment = data.subarray(at + 2, end);
    at = end;
    if (marker === 0xc4) readHuffmanTables(segment, tables);
    else if (marker === 0xdd) restartInterval = ((segment[0] ?? 0) << 8) | (segment[1] ?? 0);
    else if (marker === 0xc3) {
      frame = readFrame(segment, expected);
      const count = frame.columns * frame.rows * frame.components;
      samples ??= frame.precision > 8 ? new Uint16Array(count) : new Uint8Array(count);
    } else if (marker === 0xda) {
      if (!frame || !samples)
        throw new CtError('CT_CORRUPT', 'Expected a lossless JPEG frame header before the scan');
      const scan = readScan(segment, frame, tables);
      if (scan.components.some(({ index }) => decoded.has(index)))
        throw new CtError('CT_CORRUPT', 'Expected each component of the JPEG in one scan');
      for (const { index } of scan.components) decoded.add(index);
      const coded = entropyCoded(data, at);
      decodeScan(coded, scan, frame, restartInterval, samples);
      at = coded.end;
      if (decoded.size === frame.components) return { samples, precision: frame.precision };
    }
  }
  throw new CtError(
    'CT_TRUNCATED',
    `Expected the scans of ${expected.components} components in the JPEG stream, got ${decoded.size}`,
  );
}

function readFrame(segment: Uint8Array, expected: Size): Frame {
  const precision = segment[0] ?? 0;
  const rows = ((segment[1] ?? 0) << 8) | (segment[2] ?? 0);
  const columns = ((segment[3] ?? 0) << 8) | (segment[4] ?? 0);
  const components = segment[5] ?? 0;
  if (
    rows !== expected.rows ||
    columns !== expected.columns ||
    components !== expected.components ||
    segment.length < 6 + 3 * components
  ) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected a JPEG of ${expected.columns}×${expected.rows}×${expected.components}, the stream says ${columns}×${rows}×${components}`,
    );
  }
  if (precision < 2 || precision > 16)
    throw new CtError(
      'CT_CORRUPT',
      `Expected 2 to 16 bits in a lossless JPEG, the stream says ${precision}`,
    );
  const sampling = Array.from({ length: components }, (_, i) => segment[7 + 3 * i]!);
  if (sampling.some((factors) => factors !== sampling[0])) {
    throw new CtError(
      'CT_UNSUPPORTED',
      'Expected a lossless JPEG whose components have one size, these are subsampled',
    );
  }
  const ids = Array.from({ length: components }, (_, i) => segment[6 + 3 * i]!);
  return { columns, rows, components, precision, ids };
}

interface Scan {
  readonly components: readonly { readonly index: number; readonly table: HuffmanTable }[];
  readonly predictor: number;
  readonly pointTransform: number;
}

function readScan(
  segment: Uint8Array,
  frame: Frame,
  tables: ReadonlyMap<number, HuffmanTable>,
): Scan {
  const count = segment[0] ?? 0;
  if (count < 1 || count > frame.components || segment.length < 4 + 2 * count)
    throw new CtError('CT_CORRUPT', 'Expected a whole scan header in the lossless JPEG');
  const components = Array.from({ length: count }, (_, i) => {
    const index = frame.ids.indexOf(segment[1 + 2 * i]!);
    const table = tables.get(segment[2 + 2 * i]! >> 4);
    if (index < 0 || !table) {
      throw new CtError(
        'CT_CORRUPT',
        'Expected a component of the frame and its Huffman table in the JPEG scan',
      );
    }
    return { index, table };
  });
  const predictor = segment[1 + 2 * count]!;
  const pointTransform = segment[3 + 2 * count]! & 15;
  if (predictor < 1 || predictor > 7)
    throw new CtError(
      'CT_CORRUPT',
      `Expected a predictor from 1 to 7 in the lossless JPEG, got ${predictor}`,
    );
  if (pointTransform >= frame.precision)
    throw new CtError(
      'CT_CORRUPT',
      `Expected a point transform below ${frame.precision} bits, got ${pointTransform}`,
    );
  return { components, predictor, pointTransform };
}

/** Codes of at most this length are found in one look-up; longer ones are rare and searched by length. */
const lookupBits = 10;

interface HuffmanTable {
  /** For each possible next `lookupBits` bits: `length << 8 | category`, or 0 where the code is longer. */
  readonly lookup: Uint16Array;
  /** For each length the first code past it, aligned to 16 bits; the index of its first symbol less its first code. */
  readonly limit: Int32Array;
  readonly offset: Int32Array;
  readonly symbols: Uint8Array;
}

function readHuffmanTables(segment: Uint8Array, tables: Map<number, HuffmanTable>): void {
  for (let at = 0; at < segment.length;) {
    const counts = segment.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (counts.length < 16 || total > 256 || at + 17 + total > segment.length)
      throw new CtError('CT_CORRUPT', 'Expected a whole Huffman table');
    const table = huffmanTable(counts, segment.slice(at + 17, at + 17 + total));
    // Lossless scans use tables of class 0 (DC).
    if (segment[at]! >> 4 === 0) tables.set(segment[at]! & 15, table);
    at += 17 + total;
  }
}

function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const lookup = new Uint16Array(1 << lookupBits);
  const limit = new Int32Array(17);
  const offset = new Int32Array(17);
  let code = 0;
  let symbol = 0;
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1]!;
    if (code + count > 1 << length)
      throw new CtError('CT_CORRUPT', 'Expected Huffman codes that fit their lengths');
    offset[length] = symbol - code;
    for (let i = 0; i < count; i++, code++, symbol++) {
      if (length > lookupBits) continue;
      const first = code << (lookupBits - length);
      const entry = (length << 8) | symbols[symbol]!;
      lookup.fill(entry, first, first + (1 << (lookupBits - length)));
    }
    limit[length] = code << (16 - length);
    code <<= 1;
  }
  return { lookup, limit, offset, symbols };
}

/** The entropy-coded data of one scan without its stuffed zeros. */
interface EntropyCoded {
  /** Bytes of all restart intervals, one after the other, each followed by three zeros so that the reader may look ahead. */
  readonly bytes: Uint8Array;
  /** Start of each interval in `bytes`, and the end of its own bytes. */
  readonly intervals: readonly { readonly start: number; readonly end: number }[];
  /** Offset of the next marker in the stream. */
  readonly end: number;
}

const lookAhead = 3;

function entropyCoded(data: Uint8Array, from: number): EntropyCoded {
  const intervals: { start: number; end: number }[] = [];
  let at = from;
  let markers = 0;
  for (; at < data.length; at++) {
    if (data[at] !== 0xff) continue;
    const next = data[at + 1];
    if (next === undefined || next === 0 || next === 0xff) continue;
    if ((next & 0xf8) !== 0xd0) break;
    markers++;
  }
  const end = Math.min(at, data.length);
  const bytes = new Uint8Array(end - from + (markers + 1) * lookAhead);
  let to = 0;
  let start = 0;
  const close = () => {
    intervals.push({ start, end: to });
    to += lookAhead;
    start = to;
  };
  for (let i = from; i < end; i++) {
    const byte = data[i]!;
    if (byte !== 0xff) bytes[to++] = byte;
    else if (data[i + 1] === 0) {
      bytes[to++] = 0xff;
      i++;
    } else if ((data[i + 1]! & 0xf8) === 0xd0) {
      close();
      i++;
    }
  }
  close();
  return { bytes, intervals, end };
}

function decodeScan(
  { bytes, intervals }: EntropyCoded,
  { components, predictor, pointTransform }: Scan,
  frame: Frame,
  restartInterval: number,
  samples: Uint8Array | Uint16Array,
): void {
  const { columns, rows, precision } = frame;
  const stride = frame.components;
  const count = components.length;
  // In a scan of several components a unit of coding is one sample of each.
  const perInterval = restartInterval > 0 ? restartInterval : columns * rows;
  if (perInterval % columns !== 0) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected restart intervals of whole lines in the lossless JPEG, got ${perInterval} samples for ${columns} columns`,
    );
  }
  const linesPerInterval = perInterval / columns;
  const needed = Math.ceil(rows / linesPerInterval);
  if (intervals.length < needed)
    throw new CtError(
      'CT_TRUNCATED',
      `Expected ${needed} restart intervals in the JPEG scan, got ${intervals.length}`,
    );
  // Two lines of values before the point transform is undone; predictions use these.
  let above = new Int32Array(columns * count);
  let line = new Int32Array(columns * count);
  const start = 1 << (precision - pointTransform - 1);
  for (let interval = 0; interval < needed; interval++) {
    const { start: first, end } = intervals[interval]!;
    let bit = first * 8;
    const lastBit = end * 8;
    const from = interval * linesPerInterval;
    const to = Math.min(rows, from + linesPerInterval);
    for (let row = from; row < to; row++) {
      [above, line] = [line, above];
      for (let c = 0; c < count; c++) line[c] = row === from ? start : above[c]!;
      const usesLeftOnly = row === from || predictor === 1;
      for (let x = 0; x < columns; x++) {
        for (let c = 0; c < count; c++) {
          const i = x * count + c;
          // The difference: a Huffman code for its number of bits, then the bits.
          const { lookup, limit, offset, symbols } = components[c]!.table;
          let at = bit >> 3;
          let ahead =
            (((bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!) >> (8 - (bit & 7))) &
            0xffff;
          const entry = lookup[ahead >> (16 - lookupBits)]!;
          let category: number;
          if (entry !== 0) {
            bit += entry >> 8;
            category = entry & 0xff;
          } else {
            let length = lookupBits + 1;
            while (length <= 16 && ahead >= limit[length]!) length++;
            if (length > 16) throw badCode(bit, lastBit);
            category = symbols[(ahead >> (16 - length)) + offset[length]!]!;
            bit += length;
          }
          let difference = 0;
          if (category > 0) {
            if (category < 16) {
              at = bit >> 3;
              ahead =
                (((bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!) >> (8 - (bit & 7))) &
                0xffff;
              difference = ahead >> (16 - category);
              if (difference < 1 << (category - 1)) difference -= (1 << category) - 1;
              bit += category;
            } else if (category === 16) {
              difference = 32768;
            } else {
              throw badCode(bit, lastBit);
            }
          }
          let prediction: number;
          if (x === 0) prediction = line[i]!;
          else if (usesLeftOnly) prediction = line[i - count]!;
          else {
            const left = line[i - count]!;
            const up = above[i]!;
            const corner = above[i - count]!;
            switch (predictor) {
              case 2:
                prediction = up;
                break;
              case 3:
                prediction = corner;
                break;
              case 4:
                prediction = left + up - corner;
                break;
              case 5:
                prediction = left + ((up - corner) >> 1);
                break;
              case 6:
                prediction = up + ((left - corner) >> 1);
                break;
              default:
                prediction = (left + up) >> 1;
            }
          }
          line[i] = (prediction + difference) & 0xffff;
        }
      }
      if (bit > lastBit)
        throw new CtError('CT_TRUNCATED', 'Expected more JPEG data, a scan ends early');
      for (let c = 0; c < count; c++) {
        let at = row * columns * stride + components[c]!.index;
        for (let i = c; i < line.length; i += count, at += stride)
          samples[at] = line[i]! << pointTransform;
      }
    }
  }
}

function badCode(bit: number, lastBit: number): CtError {
  return bit + 16 > lastBit
    ? new CtError('CT_TRUNCATED', 'Expected more JPEG data, a scan ends early')
    : new CtError('CT_CORRUPT', 'Expected a Huffman code of the table in the JPEG scan');
}
