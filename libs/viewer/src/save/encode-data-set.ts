/** Value representations that a segmentation uses; DICOM PS3.5 6.2. */
type Vr =
  'AT' | 'CS' | 'DA' | 'DS' | 'IS' | 'LO' | 'OB' | 'PN' | 'SH' | 'SQ' | 'TM' | 'UI' | 'UL' | 'US';

/** One data element; a sequence's value is its items. */
export type Element =
  | readonly [tag: number, vr: Exclude<Vr, 'SQ' | 'OB'>, value: string | number | readonly number[]]
  | readonly [tag: number, vr: 'OB', value: Uint8Array]
  | readonly [tag: number, vr: 'SQ', items: readonly (readonly Element[])[]];

const longForm = new Set<Vr>(['OB', 'SQ']);

/** Encodes a data set, explicit VR little endian, in ascending order of tags; DICOM PS3.5 7.1 and 7.5. */
export function encodeDataSet(elements: readonly Element[]): Uint8Array {
  return concatenate([...elements].sort(([a], [b]) => a - b).flatMap(encodeElement));
}

/** Joins byte arrays. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function encodeElement(element: Element): Uint8Array[] {
  const [tag, vr] = element;
  const body = bodyOf(element);
  const isLong = longForm.has(vr);
  const header = new Uint8Array(isLong ? 12 : 8);
  const view = new DataView(header.buffer);
  writeTag(view, tag);
  header.set([vr.charCodeAt(0), vr.charCodeAt(1)], 4);
  if (isLong) view.setUint32(8, body.length, true);
  else view.setUint16(6, body.length, true);
  return [header, body];
}

function bodyOf([, vr, value]: Element): Uint8Array {
  if (vr === 'OB') return padded(value, 0);
  if (vr === 'SQ') return concatenate(value.flatMap(itemOf));
  if (vr === 'US' || vr === 'UL' || vr === 'AT') {
    const numbers = (Array.isArray(value) ? value : [value]) as readonly number[];
    const size = vr === 'UL' ? 4 : 2;
    const bytes = new Uint8Array(size * numbers.length);
    const view = new DataView(bytes.buffer);
    for (const [at, number] of numbers.entries()) {
      if (vr !== 'UL') view.setUint16(2 * at, number, true);
      else view.setUint32(4 * at, number, true);
    }
    return bytes;
  }
  return padded(new TextEncoder().encode(String(value)), vr === 'UI' ? 0 : 0x20);
}

function itemOf(elements: readonly Element[]): Uint8Array[] {
  const body = encodeDataSet(elements);
  const header = new Uint8Array(8);
  const view = new DataView(header.buffer);
  writeTag(view, 0xfffee000);
  view.setUint32(4, body.length, true);
  return [header, body];
}

function writeTag(view: DataView, tag: number): void {
  view.setUint16(0, tag >>> 16, true);
  view.setUint16(2, tag & 0xffff, true);
}

function padded(bytes: Uint8Array, fill: number): Uint8Array {
  if (bytes.length % 2 === 0) return bytes;
  const even = new Uint8Array(bytes.length + 1).fill(fill);
  even.set(bytes);
  return even;
}
