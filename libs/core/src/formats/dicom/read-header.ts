import dicomParser, { type DataSet } from 'dicom-parser';
import { Inflate } from 'fflate';
import { bytesSource, type ByteSource } from '../byte-source.js';
import { CtError } from '../../errors.js';
import type { Limits } from '../limits.js';
import { transferSyntax, type TransferSyntax } from './transfer-syntax.js';

/** A parsed header, and where its pixel data lies. */
export interface DicomHeader {
  readonly dataSet: DataSet;
  readonly syntax: TransferSyntax;
  /** The bytes that `pixelData` counts in: the file, or what a deflated file inflates to. */
  readonly source: ByteSource;
  readonly pixelData:
    | { readonly offset: number; readonly length: number; readonly undefinedLength: boolean }
    | undefined;
}

const implicitLittleEndian = '1.2.840.10008.1.2';
const explicitLittleEndian = '1.2.840.10008.1.2.1';
const explicitBigEndian = '1.2.840.10008.1.2.2';
const pixelDataTag = 'x7fe00010';
/** Read first; most headers of a CT slice are smaller. */
const firstWindow = 16 * 1024;
/** A header past this is no header. */
const largestHeader = 64 * 1024 * 1024;

/**
 * Reads a DICOM header up to the pixel data, in a window that grows until it holds the header: the pixels themselves are not
 * read. Files without preamble, and without meta information, are told by their first data element.
 *
 * @throws {CtError} `CT_CORRUPT`, `CT_TRUNCATED`, `CT_TOO_LARGE`, or `CT_UNSUPPORTED` for a transfer syntax that has no decoder.
 */
export async function readDicomHeader(source: ByteSource, limits: Limits): Promise<DicomHeader> {
  let window = Math.min(source.size, firstWindow);
  for (;;) {
    const bytes = await source.read(0, window);
    const parsed = parse(bytes, window === source.size, limits);
    if (parsed) return locate(parsed, source);
    window = Math.min(source.size, window * 8);
    if (window > largestHeader) {
      throw new CtError('CT_TOO_LARGE', `Expected a header of at most ${largestHeader} bytes`);
    }
  }
}

interface Parsed {
  readonly dataSet: DataSet;
  /** Bytes that were put before the file's for the parser, or taken away. */
  readonly shift: number;
  readonly inflated: Uint8Array | undefined;
}

/** Parses a window; undefined when the header does not end in it and the file goes on. */
function parse(bytes: Uint8Array, whole: boolean, limits: Limits): Parsed | undefined {
  const { input, shift, syntax } = withPreamble(bytes);
  let inflated: Uint8Array | undefined;
  try {
    const dataSet = dicomParser.parseDicom(input, {
      untilTag: pixelDataTag,
      ...(syntax === undefined ? {} : { TransferSyntaxUID: syntax }),
      inflater: (array: Uint8Array, position: number) => {
        // A deflated file has one stream after its meta information: it can only be inflated whole.
        if (!whole) throw new NeedsMore();
        inflated = inflateTail(array, position, limits);
        return inflated;
      },
    });
    if (!whole && dataSet.elements[pixelDataTag] === undefined) return undefined;
    return { dataSet, shift, inflated };
  } catch (error) {
    const known = ctErrorIn(error);
    if (known) throw known;
    if (!whole) return undefined;
    throw new CtError('CT_CORRUPT', 'Expected a DICOM data set, its elements cannot be read', {
      cause: error,
    });
  }
}

class NeedsMore extends Error {}

function locate({ dataSet, shift, inflated }: Parsed, file: ByteSource): DicomHeader {
  const uid = dataSet.string('x00020010') ?? implicitLittleEndian;
  const syntax = transferSyntax(uid);
  if (!syntax) {
    throw new CtError(
      'CT_UNSUPPORTED',
      `Expected a transfer syntax for images, got ${uid.slice(0, 64)}`,
    );
  }
  const source = inflated ? bytesSource(inflated) : file;
  const element = dataSet.elements[pixelDataTag];
  return {
    dataSet,
    syntax,
    source,
    pixelData: element && {
      offset: element.dataOffset - (inflated ? 0 : shift),
      length: element.length,
      undefinedLength: element.hadUndefinedLength === true || element.length === 0xffffffff,
    },
  };
}

/**
 * Gives the parser the form it knows. With "DICM" at 128: as it is. Meta information without the preamble: an empty preamble
 * before it. Neither: the data set alone and the transfer syntax that its first element shows.
 */
function withPreamble(bytes: Uint8Array): { input: Uint8Array; shift: number; syntax?: string } {
  if (bytes.length >= 132 && text(bytes, 128, 4) === 'DICM') return { input: bytes, shift: 0 };
  if (bytes.length < 8)
    throw new CtError(
      'CT_TRUNCATED',
      `Expected a DICOM header, the file has ${bytes.length} bytes`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const explicit = /^[A-Z]{2}$/.test(text(bytes, 4, 2));
  if (view.getUint16(0, true) === 2) {
    const input = new Uint8Array(bytes.length + 132);
    input.set([0x44, 0x49, 0x43, 0x4d], 128);
    input.set(bytes, 132);
    return { input, shift: 132 };
  }
  const bigEndian = view.getUint16(0, false) === 8 && view.getUint16(0, true) !== 8;
  const syntax = bigEndian
    ? explicitBigEndian
    : explicit
      ? explicitLittleEndian
      : implicitLittleEndian;
  // The parser looks for "DICM" even so, and a file shorter than that is refused.
  const input = bytes.length < 132 ? new Uint8Array(132) : bytes;
  if (input !== bytes) input.set(bytes);
  return { input, shift: 0, syntax };
}

/** Inflates what follows the meta information, within the limits, and puts it after the same bytes. */
function inflateTail(array: Uint8Array, position: number, limits: Limits): Uint8Array {
  const compressed = array.subarray(position);
  const most = Math.min(limits.inflatedBytes, compressed.length * limits.inflationRatio + 65_536);
  const pieces: Uint8Array[] = [array.subarray(0, position)];
  let produced = 0;
  const inflate = new Inflate((piece) => {
    produced += piece.length;
    if (produced > most) {
      throw new CtError(
        'CT_TOO_LARGE',
        `Expected at most ${most} inflated bytes in a deflated DICOM file`,
      );
    }
    pieces.push(piece);
  });
  const step = 64 * 1024;
  for (let at = 0; at < compressed.length; at += step) {
    inflate.push(compressed.subarray(at, at + step), at + step >= compressed.length);
  }
  const result = new Uint8Array(position + produced);
  let at = 0;
  for (const piece of pieces) {
    result.set(piece, at);
    at += piece.length;
  }
  return result;
}

/** dicom-parser throws strings and objects that wrap the error of a callback. */
function ctErrorIn(error: unknown): CtError | undefined {
  if (error instanceof CtError) return error;
  if (typeof error === 'object' && error !== null && 'exception' in error) {
    return ctErrorIn(error.exception);
  }
  return undefined;
}

function text(bytes: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + length));
}
