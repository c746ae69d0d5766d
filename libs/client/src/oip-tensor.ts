import { CtError } from '@groundglass/core/browser';

/** What the elements of each data type of the Open Inference Protocol are here. FP16 stays as its 16 bits. */
interface OipArrays {
  BOOL: Uint8Array;
  UINT8: Uint8Array;
  UINT16: Uint16Array;
  UINT32: Uint32Array;
  UINT64: BigUint64Array;
  INT8: Int8Array;
  INT16: Int16Array;
  INT32: Int32Array;
  INT64: BigInt64Array;
  FP16: Uint16Array;
  FP32: Float32Array;
  FP64: Float64Array;
  BYTES: readonly Uint8Array[];
}

export type OipDatatype = keyof OipArrays;

/** A tensor with its elements in row-major order. */
export type OipTensor = {
  [D in OipDatatype]: {
    readonly name: string;
    readonly datatype: D;
    readonly shape: readonly number[];
    readonly data: OipArrays[D];
  };
}[OipDatatype];

/** The bytes of a tensor as the protocol's binary extension has them: little-endian, BYTES with length prefixes. */
export function encodeTensor(tensor: OipTensor): Uint8Array {
  if (tensor.datatype === 'BYTES') return encodeBytes(tensor.data);
  const { buffer, byteOffset, byteLength } = tensor.data;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** @throws {CtError} `CT_CORRUPT` when the bytes do not fit the shape, or the data type is unknown. */
export function decodeTensor(
  name: string,
  datatype: string,
  shape: readonly number[],
  bytes: Uint8Array,
): OipTensor {
  const tensor = { name, shape };
  const count = shape.reduce((product, size) => product * size, 1);
  // A copy, since a view of 4-byte elements must start at a multiple of 4.
  const buffer = new Uint8Array(bytes).buffer;
  const sized = <T extends { length: number }>(make: (buffer: ArrayBuffer) => T): T => {
    try {
      const data = make(buffer);
      if (data.length === count) return data;
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
    }
    throw new CtError(
      'CT_CORRUPT',
      `Expected ${count} elements of ${datatype} for "${name}", got ${bytes.length} bytes`,
    );
  };
  switch (datatype) {
    case 'BOOL':
    case 'UINT8':
      return { ...tensor, datatype, data: sized((b) => new Uint8Array(b)) };
    case 'UINT16':
    case 'FP16':
      return { ...tensor, datatype, data: sized((b) => new Uint16Array(b)) };
    case 'UINT32':
      return { ...tensor, datatype, data: sized((b) => new Uint32Array(b)) };
    case 'UINT64':
      return { ...tensor, datatype, data: sized((b) => new BigUint64Array(b)) };
    case 'INT8':
      return { ...tensor, datatype, data: sized((b) => new Int8Array(b)) };
    case 'INT16':
      return { ...tensor, datatype, data: sized((b) => new Int16Array(b)) };
    case 'INT32':
      return { ...tensor, datatype, data: sized((b) => new Int32Array(b)) };
    case 'INT64':
      return { ...tensor, datatype, data: sized((b) => new BigInt64Array(b)) };
    case 'FP32':
      return { ...tensor, datatype, data: sized((b) => new Float32Array(b)) };
    case 'FP64':
      return { ...tensor, datatype, data: sized((b) => new Float64Array(b)) };
    case 'BYTES':
      return { ...tensor, datatype, data: sized(() => decodeBytes(name, bytes)) };
    default:
      throw new CtError('CT_CORRUPT', `Expected a data type of the protocol, got "${datatype}"`);
  }
}

function encodeBytes(elements: readonly Uint8Array[]): Uint8Array {
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

function decodeBytes(name: string, bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const end = offset + 4 <= bytes.length ? offset + 4 + view.getUint32(offset, true) : Infinity;
    if (end > bytes.length) {
      throw new CtError('CT_CORRUPT', `Expected the elements of "${name}" to end with the answer`);
    }
    elements.push(bytes.slice(offset + 4, end));
    offset = end;
  }
  return elements;
}
