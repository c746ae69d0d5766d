import { CtError } from '../../errors.js';
import type { VoxelType } from '../voxels/voxel-type.js';

/** Bytes in which the header must end; real ones have a few hundred. */
export const metaImageHeaderLimit = 64 * 1024;

/** A MetaImage header (ITK's MetaIO documentation), its keys as written. */
export interface MetaImageHeader {
  readonly fields: ReadonlyMap<string, string>;
  readonly dimensions: readonly number[];
  readonly type: VoxelType;
  readonly channels: 1 | 3 | 4;
  readonly littleEndian: boolean;
  readonly compressed: boolean;
  /** Bytes of compressed data, if the header says so. */
  readonly compressedSize: number | undefined;
  /** Bytes before the voxels in a separate data file; -1 when the voxels are at the file's end. */
  readonly headerSize: number;
  /** `LOCAL`, `LIST`, a file's name or a pattern with its range. */
  readonly dataFile: string;
  /** Bytes of the header itself: the voxels follow here when `dataFile` is `LOCAL`. */
  readonly length: number;
}

const voxelTypes: Readonly<Record<string, VoxelType>> = {
  MET_CHAR: 'int8',
  MET_UCHAR: 'uint8',
  MET_SHORT: 'int16',
  MET_USHORT: 'uint16',
  MET_INT: 'int32',
  MET_UINT: 'uint32',
  // MetaIO writes `long` with four bytes on every platform.
  MET_LONG: 'int32',
  MET_ULONG: 'uint32',
  MET_LONG_LONG: 'int64',
  MET_ULONG_LONG: 'uint64',
  MET_FLOAT: 'float32',
  MET_DOUBLE: 'float64',
};

/**
 * Reads the lines `Key = value` up to `ElementDataFile`, which is the last one.
 *
 * @throws {CtError} `CT_CORRUPT` for a line without `=`, a missing key or an impossible value, `CT_UNSUPPORTED` for ASCII voxels
 *   and for element types that do not hold numbers.
 */
export function readMetaImageHeader(bytes: Uint8Array): MetaImageHeader {
  const fields = new Map<string, string>();
  let length = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, length);
    if (end < 0 && (length >= bytes.length || bytes.length >= metaImageHeaderLimit)) {
      throw new CtError(
        'CT_CORRUPT',
        'Expected ElementDataFile as the last line of the MetaImage header, there is none',
      );
    }
    const lineEnd = end < 0 ? bytes.length : end;
    const line = String.fromCharCode(...bytes.subarray(length, Math.min(lineEnd, length + 4096)));
    length = end < 0 ? bytes.length : end + 1;
    if (line.trim() === '') continue;
    const at = line.indexOf('=');
    if (at < 0) {
      throw new CtError(
        'CT_CORRUPT',
        `Expected "Key = value" in the MetaImage header, got "${printable(line)}"`,
      );
    }
    const key = line.slice(0, at).trim();
    fields.set(key, line.slice(at + 1).trim());
    if (key === 'ElementDataFile') break;
  }
  return interpret(fields, length);
}

function interpret(fields: ReadonlyMap<string, string>, length: number): MetaImageHeader {
  const required = (key: string): string => {
    const value = fields.get(key);
    if (value === undefined || value === '') {
      throw new CtError('CT_CORRUPT', `Expected the key ${key} in the MetaImage header`);
    }
    return value;
  };
  const isTrue = (key: string) => /^(true|1)$/i.test(fields.get(key) ?? '');
  const count = Number(required('NDims'));
  const dimensions = numbersOf(required('DimSize'));
  if (!Number.isInteger(count) || dimensions.length !== count || count < 2 || count > 4) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected NDims 2 to 4 and as many sizes, got ${printable(required('NDims'))} and ${dimensions.join(' ')}`,
    );
  }
  const elementType = required('ElementType').replace(/_ARRAY$/, '');
  const type = voxelTypes[elementType];
  if (type === undefined) {
    throw new CtError(
      'CT_UNSUPPORTED',
      `Expected an element type with numbers, got ${printable(elementType)}`,
    );
  }
  const channels = Number(fields.get('ElementNumberOfChannels') ?? 1);
  if (channels !== 1 && !((channels === 3 || channels === 4) && type === 'uint8')) {
    throw new CtError(
      'CT_UNSUPPORTED',
      `Expected one channel, or 3 or 4 of MET_UCHAR, got ${channels} of ${elementType}`,
    );
  }
  // BinaryData is true unless the header says otherwise, as in ITK for old headers without the key.
  if (fields.has('BinaryData') && !isTrue('BinaryData')) {
    throw new CtError('CT_UNSUPPORTED', 'Expected binary voxels, these are written as text');
  }
  const headerSize = Number(fields.get('HeaderSize') ?? 0);
  if (!Number.isInteger(headerSize) || headerSize < -1) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected HeaderSize -1 or more, got ${printable(fields.get('HeaderSize') ?? '')}`,
    );
  }
  const compressedSize = Number(fields.get('CompressedDataSize'));
  return {
    fields,
    dimensions,
    type,
    channels,
    littleEndian: !(isTrue('BinaryDataByteOrderMSB') || isTrue('ElementByteOrderMSB')),
    compressed: isTrue('CompressedData'),
    compressedSize: compressedSize > 0 ? compressedSize : undefined,
    headerSize,
    dataFile: required('ElementDataFile'),
    length,
  };
}

/** A field's space-separated numbers; NaN for one that is not a number. */
export function numbersOf(text: string): number[] {
  return text
    .split(/\s+/)
    .filter((part) => part !== '')
    .map(Number);
}

/** A header value for an error message: short, without control characters. */
function printable(text: string): string {
  return text.slice(0, 60).replace(/[^\x20-\x7e]/g, '?');
}
