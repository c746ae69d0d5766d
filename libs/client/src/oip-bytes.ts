import { CtError } from '@groundglass/core/browser';

/**
 * Splits the wire form of BYTES elements.
 *
 * @throws {CtError} `CT_BAD_REQUEST` if a length reaches past the end, or elements are missing or left over.
 */
export function splitBytesElements(name: string, data: Uint8Array, count: number): Uint8Array[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const elements: Uint8Array[] = [];
  let offset = 0;
  while (offset < data.length && elements.length < count) {
    const length = offset + 4 <= data.length ? view.getUint32(offset, true) : Infinity;
    if (offset + 4 + length > data.length) {
      throw new CtError(
        'CT_BAD_REQUEST',
        `Expected element ${elements.length} of "${name}" to end within ${data.length} bytes`,
      );
    }
    elements.push(data.subarray(offset + 4, offset + 4 + length));
    offset += 4 + length;
  }
  if (elements.length !== count || offset !== data.length) {
    throw new CtError(
      'CT_BAD_REQUEST',
      `Expected ${count} elements for "${name}", got ${elements.length} in ${offset} of ${data.length} bytes`,
    );
  }
  return elements;
}

/** The wire form of BYTES elements. */
export function joinBytesElements(elements: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(elements.reduce((sum, element) => sum + 4 + element.length, 0));
  const view = new DataView(joined.buffer);
  let offset = 0;
  for (const element of elements) {
    view.setUint32(offset, element.length, true);
    joined.set(element, offset + 4);
    offset += 4 + element.length;
  }
  return joined;
}
