import { CtError } from '@groundglass/core';

/**
 * The data types of the Open Inference Protocol: bytes of one element, their name in `config.pbtxt`, and in ONNX
 * Runtime. `BYTES` elements have no fixed size: each is a 4-byte little-endian length and then its bytes.
 */
export const datatypes = {
  BOOL: { bytes: 1, config: 'TYPE_BOOL', onnx: 'bool' },
  UINT8: { bytes: 1, config: 'TYPE_UINT8', onnx: 'uint8' },
  UINT16: { bytes: 2, config: 'TYPE_UINT16', onnx: 'uint16' },
  UINT32: { bytes: 4, config: 'TYPE_UINT32', onnx: 'uint32' },
  UINT64: { bytes: 8, config: 'TYPE_UINT64', onnx: 'uint64' },
  INT8: { bytes: 1, config: 'TYPE_INT8', onnx: 'int8' },
  INT16: { bytes: 2, config: 'TYPE_INT16', onnx: 'int16' },
  INT32: { bytes: 4, config: 'TYPE_INT32', onnx: 'int32' },
  INT64: { bytes: 8, config: 'TYPE_INT64', onnx: 'int64' },
  FP16: { bytes: 2, config: 'TYPE_FP16', onnx: 'float16' },
  FP32: { bytes: 4, config: 'TYPE_FP32', onnx: 'float32' },
  FP64: { bytes: 8, config: 'TYPE_FP64', onnx: 'float64' },
  BYTES: { bytes: undefined, config: 'TYPE_STRING', onnx: 'string' },
} as const;

export type Datatype = keyof typeof datatypes;

export const datatypeNames = Object.keys(datatypes) as [Datatype, ...Datatype[]];

/** An input or output as the model declares it; -1 stands for any size. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
}

/** Bytes in memory, or a range of a file where they are too many to hand from process to process. */
export type ByteRef =
  Uint8Array | { readonly path: string; readonly offset: number; readonly length: number };

/** A tensor's elements in row-major order, little-endian. */
export interface Tensor extends TensorSpec {
  readonly data: ByteRef;
}

/** More elements than this cannot be one body, whatever their type. */
const maximumElements = 2 ** 40;

/**
 * The product of a shape.
 *
 * @throws {CtError} `CT_BAD_REQUEST` for a dimension that is not a whole number from 0, or an overflowing product.
 */
export function elementCount(name: string, shape: readonly number[]): number {
  let count = 1;
  for (const dimension of shape) {
    if (!Number.isSafeInteger(dimension) || dimension < 0) {
      throw new CtError(
        'CT_BAD_REQUEST',
        `Expected whole dimensions from 0 in the shape of "${name}", got ${dimension}`,
      );
    }
    count *= dimension;
    if (count > maximumElements) {
      throw new CtError(
        'CT_BAD_REQUEST',
        `Expected a shape of "${name}" with fewer than 2^40 elements, got ${formatShape(shape)}`,
      );
    }
  }
  return count;
}

function formatShape(shape: readonly number[]): string {
  return `[${shape.slice(0, 16).join(', ')}${shape.length > 16 ? ', …' : ''}]`;
}

/**
 * Checks that a fixed-size tensor's bytes are what its shape says.
 *
 * @throws {CtError} `CT_BAD_REQUEST` with both numbers.
 */
export function checkByteLength(spec: TensorSpec, length: number): void {
  const size = datatypes[spec.datatype].bytes;
  const count = elementCount(spec.name, spec.shape);
  if (size === undefined) {
    // Each BYTES element has at least its length prefix; the child checks the rest as it reads them.
    if (length < 4 * count) throw wrongSize(spec, `at least ${4 * count}`, length);
  } else if (length !== size * count) {
    throw wrongSize(spec, String(size * count), length);
  }
}

function wrongSize(spec: TensorSpec, expected: string, got: number): CtError {
  return new CtError(
    'CT_BAD_REQUEST',
    `Expected ${expected} bytes for "${spec.name}" of ${spec.datatype} ${formatShape(spec.shape)}, got ${got}`,
  );
}

/**
 * Splits the wire form of BYTES elements.
 *
 * @throws {CtError} `CT_BAD_REQUEST` where a length reaches past the end, or elements are missing or left over.
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
