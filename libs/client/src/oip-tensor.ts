import { joinBytesElements, splitBytesElements } from './oip-bytes.js';
import { checkByteLength, elementCount, type OipDatatype } from './oip-datatypes.js';

/** JavaScript types for the elements of each data type of the Open Inference Protocol. FP16 and BF16 stay as their 16 bits. */
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
  BF16: Uint16Array;
  FP32: Float32Array;
  FP64: Float64Array;
  BYTES: readonly Uint8Array[];
}

/** A tensor with its elements in row-major order. */
export type OipTensor = {
  [D in OipDatatype]: {
    readonly name: string;
    readonly datatype: D;
    readonly shape: readonly number[];
    readonly data: OipArrays[D];
  };
}[OipDatatype];

/** A tensor's bytes in the protocol's binary extension: little-endian, BYTES with length prefixes. */
export function encodeTensor(tensor: OipTensor): Uint8Array {
  if (tensor.datatype === 'BYTES') return joinBytesElements(tensor.data);
  const { buffer, byteOffset, byteLength } = tensor.data;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * The elements of a tensor's bytes, in a copy: a view of 4-byte elements must start at a multiple of 4.
 *
 * @throws {CtError} `CT_BAD_REQUEST` when the bytes do not fit the shape.
 */
export function decodeTensor(
  name: string,
  datatype: OipDatatype,
  shape: readonly number[],
  bytes: Uint8Array,
): OipTensor {
  const tensor = { name, shape };
  checkByteLength({ name, datatype, shape }, bytes.length);
  const { buffer } = new Uint8Array(bytes);
  switch (datatype) {
    case 'BOOL':
    case 'UINT8':
      return { ...tensor, datatype, data: new Uint8Array(buffer) };
    case 'UINT16':
    case 'FP16':
    case 'BF16':
      return { ...tensor, datatype, data: new Uint16Array(buffer) };
    case 'UINT32':
      return { ...tensor, datatype, data: new Uint32Array(buffer) };
    case 'UINT64':
      return { ...tensor, datatype, data: new BigUint64Array(buffer) };
    case 'INT8':
      return { ...tensor, datatype, data: new Int8Array(buffer) };
    case 'INT16':
      return { ...tensor, datatype, data: new Int16Array(buffer) };
    case 'INT32':
      return { ...tensor, datatype, data: new Int32Array(buffer) };
    case 'INT64':
      return { ...tensor, datatype, data: new BigInt64Array(buffer) };
    case 'FP32':
      return { ...tensor, datatype, data: new Float32Array(buffer) };
    case 'FP64':
      return { ...tensor, datatype, data: new Float64Array(buffer) };
    case 'BYTES': {
      const count = elementCount(name, shape);
      return { ...tensor, datatype, data: splitBytesElements(name, new Uint8Array(buffer), count) };
    }
  }
}
