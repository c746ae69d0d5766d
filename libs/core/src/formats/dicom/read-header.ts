import dicomParser, { type ByteArrayParser, type DataSet, type Element } from 'dicom-parser';
import { Inflate } from 'fflate';
import { bytesSource, type ByteSource } from '../byte-source.js';
import { CtError } from '../../errors.js';
import type { Warning } from '../../contracts/warning-codes.js';
import type { Limits } from '../limits.js';
import { transferSyntax, type TransferSyntax } from './transfer-syntax.js';

/** A parsed header, and where its pixel data is. */
export interface DicomHeader {
  readonly dataSet: DataSet;
  readonly syntax: TransferSyntax;
  /** The bytes that `pixelData` refers to: the file, or the inflated contents of a deflated file. */
  readonly source: ByteSource;
  readonly pixelData: PixelDataElement | undefined;
  /** What had to be read differently from what the header says. */
  readonly warnings: readonly Warning[];
}

/** Where the pixel data starts, and whether its length is undefined, as for encapsulated frames. */
export interface PixelDataElement {
  readonly offset: number;
  readonly length: number;
  readonly undefinedLength: boolean;
}

const implicitLittleEndian = '1.2.840.10008.1.2';
const explicitLittleEndian = '1.2.840.10008.1.2.1';
const explicitBigEndian = '1.2.840.10008.1.2.2';
const pixelDataTag = 'x7fe00010';
/** Bytes read first; most CT slice headers are smaller. */
const firstWindow = 16 * 1024;
/** Anything longer is not a header. */
const largestHeader = 64 * 1024 * 1024;

/**
 * Reads a DICOM header up to the pixel data, in a window that grows until it holds the header; does not read the pixels.
 * Files without preamble or meta information are recognised by their first data element.
 *
 * Parses the data set as its first element shows, explicit or implicit, little or big endian. A missing or wrong Transfer
 * Syntax UID gives the warning `HEADER_REPAIRED`; dcmtk and GDCM read such files too.
 *
 * @throws {CtError} `CT_CORRUPT`, `CT_TRUNCATED`, `CT_TOO_LARGE`, or `CT_UNSUPPORTED` for a transfer syntax that has no decoder.
 */
export async function readDicomHeader(source: ByteSource, limits: Limits): Promise<DicomHeader> {
  let window = Math.min(source.size, firstWindow);
  for (;;) {
    const bytes = await source.read(0, window);
    const header = parse(bytes, window === source.size, limits, source);
    if (header) return header;
    window = Math.min(source.size, window * 8);
    if (window > largestHeader) {
      throw new CtError('CT_TOO_LARGE', `Expected a header of at most ${largestHeader} bytes`);
    }
  }
}

/** Parses a window; undefined when the header does not end in it and the file continues. */
function parse(
  bytes: Uint8Array,
  whole: boolean,
  limits: Limits,
  file: ByteSource,
): DicomHeader | undefined {
  if (bytes.length < 8)
    throw new CtError(
      'CT_TRUNCATED',
      `Expected a DICOM header, the file has ${bytes.length} bytes`,
    );
  try {
    const meta = readMeta(bytes);
    const { syntax, repaired, encoding } = chooseSyntax(bytes, meta);
    let input = bytes;
    let inflated: Uint8Array | undefined;
    if (syntax.deflated) {
      // A deflated file has one stream after its meta information: it can only be inflated whole.
      if (!whole) return undefined;
      input = inflated = inflateTail(bytes, meta.end, limits);
    }
    const parser = encoding.bigEndian
      ? dicomParser.bigEndianByteArrayParser
      : dicomParser.littleEndianByteArrayParser;
    const dataSet = new DicomDataSet(parser, input, { ...meta.elements });
    const stream = new dicomParser.ByteStream(parser, input, meta.end);
    const options = { untilTag: pixelDataTag };
    if (encoding.explicit)
      dicomParser.parseDicomDataSetExplicit(dataSet, stream, input.length, options);
    else dicomParser.parseDicomDataSetImplicit(dataSet, stream, input.length, options);
    const element = dataSet.elements[pixelDataTag];
    if (!whole && element === undefined) return undefined;
    return {
      dataSet,
      syntax,
      source: inflated ? bytesSource(inflated) : file,
      pixelData: element && {
        offset: element.dataOffset,
        length: element.length,
        undefinedLength: element.hadUndefinedLength === true || element.length === 0xffffffff,
      },
      warnings: repaired === undefined ? [] : [{ code: 'HEADER_REPAIRED', detail: repaired }],
    };
  } catch (error) {
    if (!whole && !(error instanceof CtError && error.code !== 'CT_TRUNCATED')) return undefined;
    if (error instanceof CtError) throw error;
    throw new CtError('CT_CORRUPT', 'Expected a DICOM data set, its elements cannot be read', {
      cause: error,
    });
  }
}

// The package's types declare the class, but at run time it is on the default export.
const DicomDataSet = (
  dicomParser as unknown as {
    DataSet: new (
      parser: ByteArrayParser,
      bytes: Uint8Array,
      elements: Record<string, Element>,
    ) => DataSet;
  }
).DataSet;

/** The elements of group 0002, and where the data set after them starts. */
interface MetaInformation {
  readonly elements: Record<string, Element>;
  readonly end: number;
  /** The Transfer Syntax UID, if there is one. */
  readonly syntaxUid: string | undefined;
}

/** Representations whose length has four bytes after two reserved ones (PS3.5 section 7.1.2). */
const longRepresentations = 'OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' ');

/** Meta information is explicit little endian (PS3.10 section 7.1); some writers omit the preamble, or all of it. */
function readMeta(bytes: Uint8Array): MetaInformation {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements: Record<string, Element> = {};
  let at = text(bytes, 128, 4) === 'DICM' ? 132 : 0;
  while (at + 8 <= bytes.length && view.getUint16(at, true) === 2) {
    const vr = text(bytes, at + 4, 2);
    const explicit = /^[A-Z]{2}$/.test(vr);
    const long = explicit && longRepresentations.includes(vr);
    const start = at + (long ? 12 : 8);
    if (start > bytes.length) break;
    const length = !explicit
      ? view.getUint32(at + 4, true)
      : long
        ? view.getUint32(at + 8, true)
        : view.getUint16(at + 6, true);
    if (start + length > bytes.length) {
      throw new CtError('CT_TRUNCATED', 'Expected whole meta information, the file ends in it');
    }
    const tag = `x0002${view
      .getUint16(at + 2, true)
      .toString(16)
      .padStart(4, '0')}`;
    elements[tag] = {
      tag,
      ...(explicit ? { vr } : {}),
      dataOffset: start,
      length,
      parser: dicomParser.littleEndianByteArrayParser,
    };
    at = start + length;
  }
  const uid = elements.x00020010;
  const syntaxUid =
    uid && text(bytes, uid.dataOffset, Math.min(uid.length, 64)).replace(/[\0 ]+$/, '');
  return { elements, end: at, syntaxUid: syntaxUid === '' ? undefined : syntaxUid };
}

/** How data elements are encoded. */
interface Encoding {
  readonly explicit: boolean;
  readonly bigEndian: boolean;
}

/** The syntax to decode pixels by, the encoding to parse the data set by, and what was wrong with the header, for display. */
function chooseSyntax(
  bytes: Uint8Array,
  { end, syntaxUid, elements }: MetaInformation,
): { syntax: TransferSyntax; encoding: Encoding; repaired: string | undefined } {
  const seen = encodingAt(bytes, end);
  const hasMeta = Object.keys(elements).length > 0;
  const declared = syntaxUid === undefined ? undefined : transferSyntax(syntaxUid);
  if (syntaxUid !== undefined && !declared && knownOther.test(syntaxUid)) {
    throw new CtError(
      'CT_UNSUPPORTED',
      `Expected a transfer syntax for images, got ${syntaxUid.slice(0, 64)}`,
    );
  }
  // Deflated bytes show no element; if one shows, nothing was deflated.
  if (declared?.deflated && !seen)
    return { syntax: declared, encoding: encodingOf(declared), repaired: undefined };
  const encoding = seen ?? encodingOf(declared);
  const plain = transferSyntax(
    encoding.bigEndian
      ? explicitBigEndian
      : encoding.explicit
        ? explicitLittleEndian
        : implicitLittleEndian,
  )!;
  if (!declared) {
    const repaired =
      syntaxUid !== undefined
        ? `unknown transfer syntax ${syntaxUid}, read as ${plain.name}`
        : hasMeta
          ? `no transfer syntax, read as ${plain.name}`
          : undefined;
    return { syntax: plain, encoding, repaired };
  }
  const expected = encodingOf(declared);
  const fits = encoding.explicit === expected.explicit && encoding.bigEndian === expected.bigEndian;
  if (fits && !declared.deflated) return { syntax: declared, encoding, repaired: undefined };
  const repaired = `transfer syntax ${declared.name}, the data is ${plain.name}`;
  // Explicit and implicit files encapsulate frames in the same way.
  return { syntax: declared.codec === 'native' ? plain : declared, encoding, repaired };
}

/** DICOM transfer syntaxes without a decoder here (video, JPIP), and GE's private one of mixed byte order. */
const knownOther = /^1\.2\.840\.(10008\.|113619\.5\.2$)/;

function encodingOf(syntax: TransferSyntax | undefined): Encoding {
  return {
    explicit: syntax !== undefined && syntax.uid !== implicitLittleEndian,
    bigEndian: syntax?.bigEndian ?? false,
  };
}

/** How the element at an offset is encoded; undefined if there is no data element. */
function encodingAt(bytes: Uint8Array, at: number): Encoding | undefined {
  if (at + 8 > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const vr = text(bytes, at + 4, 2);
  const explicit = allRepresentations.includes(vr);
  for (const bigEndian of [false, true]) {
    const group = view.getUint16(at, !bigEndian);
    // A data set starts in one of the first groups; identifying elements may have been removed.
    if (group < 0x0002 || group > 0x0040) continue;
    if (explicit) return { explicit, bigEndian };
    if (!bigEndian && view.getUint32(at + 4, true) <= bytes.length)
      return { explicit, bigEndian: false };
  }
  return undefined;
}

const allRepresentations = [
  ...longRepresentations,
  ...'AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US'.split(' '),
];

/** Inflates what follows the meta information, within the limits, and appends it to the meta information. */
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

function text(bytes: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + length));
}
