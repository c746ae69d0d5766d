import { promisify } from 'node:util';
import { crc32, inflate } from 'node:zlib';
import { loadKernel } from '../imaging/kernel/load-kernel.js';
import type { DecodedPicture } from './picture-volume.js';

const inflateAsync = promisify(inflate);

/** Samples of a pixel by the header's colour type; palettes are not among them. */
const channelsOf: Partial<Record<number, DecodedPicture['channels']>> = { 0: 1, 2: 3, 4: 2, 6: 4 };
/** Deflate makes no more than this out of a byte. */
const mostInflation = 1032;
const signatureLength = 8;

/**
 * Decodes a PNG as nearly all are: 8 bits a sample, no palette, no transparent colour, not interlaced (PNG, third edition). With zlib
 * as Node has it and SIMD for the filters it takes a third of libvips' time for a picture of COVID-CT.
 *
 * Undefined for every other PNG and for a damaged one: libvips decodes it then, or says what is wrong.
 */
export async function decodePng(bytes: Uint8Array): Promise<DecodedPicture | undefined> {
  const parts = readParts(bytes);
  if (!parts) return undefined;
  const { columns, rows, channels, compressed } = parts;
  const rowBytes = columns * channels;
  // Each row has its filter's number in front.
  const size = rows * (rowBytes + 1);
  if (size > compressed.length * mostInflation) return undefined;
  // Room for a byte more: zlib would make a second buffer to see that nothing follows.
  const filtered = await inflateAsync(compressed, {
    chunkSize: Math.max(64, size + 1),
    maxOutputLength: size + 1,
  }).catch(() => undefined);
  if (filtered?.length !== size) return undefined;
  const data = unfilter(filtered, { rows, rowBytes, channels });
  return data && { columns, rows, channels, data };
}

interface PngParts {
  readonly columns: number;
  readonly rows: number;
  readonly channels: DecodedPicture['channels'];
  readonly compressed: Uint8Array;
}

/** Size and compressed rows; undefined where a chunk is damaged, missing or asks for more than the simple case. */
function readParts(bytes: Uint8Array): PngParts | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: Uint8Array[] = [];
  let header: Omit<PngParts, 'compressed'> | undefined;
  for (let at = signatureLength; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const end = at + 8 + length;
    if (end + 4 > bytes.length || crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
      return undefined;
    }
    const content = bytes.subarray(at + 8, end);
    switch (String.fromCharCode(...bytes.subarray(at + 4, at + 8))) {
      case 'IHDR': {
        const [depth, colourType, compression, filter, interlace] = content.subarray(8);
        const channels = channelsOf[colourType ?? NaN];
        if (header || depth !== 8 || !channels || compression || filter || interlace)
          return undefined;
        header = { columns: view.getUint32(at + 8), rows: view.getUint32(at + 12), channels };
        break;
      }
      case 'IDAT':
        pieces.push(content);
        break;
      case 'tRNS':
        return undefined;
      case 'IEND':
        return (
          header && {
            ...header,
            compressed: pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces),
          }
        );
    }
    at = end + 4;
  }
  return undefined;
}

/** The rows without their filters (section 9.2 of the standard); undefined for a filter that does not exist, and without WebAssembly. */
function unfilter(
  filtered: Uint8Array,
  { rows, rowBytes, channels }: { rows: number; rowBytes: number; channels: number },
): Uint8Array | undefined {
  // The kernel reads and writes up to fifteen bytes past a row.
  const slot = (rowBytes + 31) & ~15;
  // A row of zeros, the filtered row, and two that take turns as the row and the one above it.
  const kernel = loadKernel(4 * slot);
  if (!kernel) return undefined;
  const memory = new Uint8Array(kernel.memory.buffer);
  const [zeros, source] = [0, slot];
  let [above, target] = [2 * slot, 3 * slot];
  memory.fill(0, 0, 4 * slot);
  for (let row = 0; row < rows; row++) {
    const from = row * (rowBytes + 1) + 1;
    const filter = filtered[from - 1];
    memory.set(filtered.subarray(from, from + rowBytes), source);
    // Nothing above: None is Up, and Sub is Paeth.
    if (filter === 0) kernel.filterUp(source, zeros, target, rowBytes);
    else if (filter === 1) kernel.filterPaeth(source, zeros, target, rowBytes, channels);
    else if (filter === 2) kernel.filterUp(source, above, target, rowBytes);
    else if (filter === 3) kernel.filterAverage(source, above, target, rowBytes, channels);
    else if (filter === 4) kernel.filterPaeth(source, above, target, rowBytes, channels);
    else return undefined;
    // In place: what stands here has been read.
    filtered.set(memory.subarray(target, target + rowBytes), row * rowBytes);
    [above, target] = [target, above];
  }
  return filtered.subarray(0, rows * rowBytes);
}
