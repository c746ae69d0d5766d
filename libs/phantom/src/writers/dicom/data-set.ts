/** Value representations that phantoms use; DICOM PS3.5 6.2. */
type Vr =
  | 'AE'
  | 'AS'
  | 'CS'
  | 'DA'
  | 'DS'
  | 'IS'
  | 'LO'
  | 'OB'
  | 'OW'
  | 'PN'
  | 'SH'
  | 'TM'
  | 'UI'
  | 'UL'
  | 'US';

/** One data element: its tag as 0xggggeeee, and its value; encapsulated pixels are a list of fragments. */
export interface DataElement {
  readonly tag: number;
  readonly vr: Vr;
  readonly value: string | number | Uint8Array | readonly Uint8Array[];
}

const longForm = new Set<Vr>(['OB', 'OW']);

/**
 * Encodes a data set, little endian, in ascending order of tags; DICOM PS3.5 7.1. Values are padded to even length: UIDs and
 * bytes with zero, text with a space.
 */
export function encodeDataSet(elements: readonly DataElement[], explicit: boolean): Uint8Array {
  const parts = [...elements]
    .sort((a, b) => a.tag - b.tag)
    .flatMap((element) => encodeElement(element, explicit));
  return concatBytes(parts);
}

function encodeElement({ tag, vr, value }: DataElement, explicit: boolean): Uint8Array[] {
  if (Array.isArray(value)) return encapsulated(tag, vr, value as readonly Uint8Array[]);
  const body = encodeValue(vr, value as string | number | Uint8Array);
  return [elementHeader(tag, vr, body.length, explicit), body];
}

function elementHeader(tag: number, vr: Vr, length: number, explicit: boolean): Uint8Array {
  const long = longForm.has(vr);
  const header = new Uint8Array(explicit && long ? 12 : 8);
  const view = new DataView(header.buffer);
  view.setUint16(0, tag >>> 16, true);
  view.setUint16(2, tag & 0xffff, true);
  if (!explicit) {
    view.setUint32(4, length, true);
    return header;
  }
  header[4] = vr.charCodeAt(0);
  header[5] = vr.charCodeAt(1);
  if (long) view.setUint32(8, length, true);
  else view.setUint16(6, length, true);
  return header;
}

/** Pixel data of undefined length: an empty offset table, the fragments, the delimiter; DICOM PS3.5 A.4. */
function encapsulated(tag: number, vr: Vr, fragments: readonly Uint8Array[]): Uint8Array[] {
  const item = (length: number) => {
    const header = new Uint8Array(8);
    const view = new DataView(header.buffer);
    view.setUint16(0, 0xfffe, true);
    view.setUint16(2, 0xe000, true);
    view.setUint32(4, length, true);
    return header;
  };
  const delimiter = item(0);
  delimiter[2] = 0xdd;
  return [
    elementHeader(tag, vr, 0xffffffff, true),
    item(0),
    ...fragments.flatMap((fragment) => {
      const even = padded(fragment, 0);
      return [item(even.length), even];
    }),
    delimiter,
  ];
}

function encodeValue(vr: Vr, value: string | number | Uint8Array): Uint8Array {
  if (value instanceof Uint8Array) return padded(value, 0);
  if (vr === 'US' || vr === 'UL') {
    const bytes = new Uint8Array(vr === 'US' ? 2 : 4);
    const view = new DataView(bytes.buffer);
    if (vr === 'US') view.setUint16(0, Number(value), true);
    else view.setUint32(0, Number(value), true);
    return bytes;
  }
  return padded(new TextEncoder().encode(String(value)), vr === 'UI' ? 0 : 0x20);
}

function padded(bytes: Uint8Array, fill: number): Uint8Array {
  if (bytes.length % 2 === 0) return bytes;
  const even = new Uint8Array(bytes.length + 1).fill(fill);
  even.set(bytes);
  return even;
}

/** Joins byte arrays. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
