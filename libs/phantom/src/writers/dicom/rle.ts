import { concatBytes } from './data-set.js';

/**
 * RLE Lossless of one 16-bit grey frame (DICOM PS3.5 annex G): a header of 16 numbers (how many segments, where they start),
 * then the high bytes and the low bytes, each packed with PackBits row by row.
 */
export function encodeRleFrame(stored: Uint16Array, columns: number): Uint8Array {
  const segments = [8, 0].map((shift) => {
    const plane = Uint8Array.from(stored, (value) => (value >> shift) & 0xff);
    const rows: Uint8Array[] = [];
    // Runs must not cross from one row to the next (G.3.1).
    for (let at = 0; at < plane.length; at += columns) {
      rows.push(packBits(plane.subarray(at, at + columns)));
    }
    const packed = concatBytes(rows);
    return packed.length % 2 === 0 ? packed : concatBytes([packed, new Uint8Array(1)]);
  });
  const header = new Uint8Array(64);
  const view = new DataView(header.buffer);
  view.setUint32(0, segments.length, true);
  let offset = 64;
  segments.forEach((segment, i) => {
    view.setUint32(4 + 4 * i, offset, true);
    offset += segment.length;
  });
  return concatBytes([header, ...segments]);
}

/** PackBits: `n` in 0 to 127 copies the next n + 1 bytes, 257 - n repeats the next byte n times (2 to 128). */
function packBits(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  let literal = 0;
  let at = 0;
  const flush = (end: number) => {
    while (literal < end) {
      const count = Math.min(128, end - literal);
      out.push(count - 1, ...bytes.subarray(literal, literal + count));
      literal += count;
    }
  };
  while (at < bytes.length) {
    let run = 1;
    while (run < 128 && bytes[at + run] === bytes[at]) run++;
    if (run >= 3) {
      flush(at);
      out.push(257 - run, bytes[at]!);
      literal = at + run;
    }
    at += run;
  }
  flush(bytes.length);
  return Uint8Array.from(out);
}
