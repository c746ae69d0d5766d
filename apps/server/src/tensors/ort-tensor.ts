import {
  checkByteLength,
  elementCount,
  joinBytesElements,
  splitBytesElements,
  type OipDatatype,
} from '@groundglass/client';
import { CtError } from '@groundglass/core';
import { Tensor as OrtTensor, type TypedTensor } from 'onnxruntime-node';

/** The protocol's name of ONNX Runtime's element type; undefined for types that the protocol does not have. */
export function datatypeOf(onnxType: string): OipDatatype | undefined {
  return datatypes.get(onnxType);
}

const datatypes = new Map<string, OipDatatype>([
  ['bool', 'BOOL'],
  ['uint8', 'UINT8'],
  ['uint16', 'UINT16'],
  ['uint32', 'UINT32'],
  ['uint64', 'UINT64'],
  ['int8', 'INT8'],
  ['int16', 'INT16'],
  ['int32', 'INT32'],
  ['int64', 'INT64'],
  ['float16', 'FP16'],
  ['float32', 'FP32'],
  ['float64', 'FP64'],
  ['string', 'BYTES'],
]);

/**
 * Concatenates the same input of several requests along the first dimension.
 *
 * @throws {CtError} `CT_BAD_REQUEST` when bytes do not fit the shape, or a BYTES element is not UTF-8 or holds NUL.
 */
export function toOrtTensor(
  name: string,
  datatype: OipDatatype,
  parts: readonly { readonly shape: readonly number[]; readonly data: Uint8Array }[],
): OrtTensor {
  for (const { shape, data } of parts) checkByteLength({ name, datatype, shape }, data.length);
  const first = parts[0]!.shape;
  const shape =
    parts.length === 1
      ? [...first]
      : [parts.reduce((sum, part) => sum + part.shape[0]!, 0), ...first.slice(1)];
  if (datatype === 'BYTES') {
    const strings = parts.flatMap((part) =>
      splitBytesElements(name, part.data, elementCount(name, part.shape)).map((element) =>
        decodeUtf8(name, element),
      ),
    );
    return new OrtTensor('string', strings, shape);
  }
  return typedTensor(datatype, wholeBuffer(parts.map(({ data }) => data)), shape);
}

/** Concatenates the parts; a single part that owns its memory is not copied. */
function wholeBuffer(parts: readonly Uint8Array[]): ArrayBuffer {
  const [first] = parts;
  if (parts.length === 1 && first && first.length === first.buffer.byteLength) {
    return first.buffer as ArrayBuffer;
  }
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes.buffer;
}

function typedTensor(
  datatype: Exclude<OipDatatype, 'BYTES'>,
  buffer: ArrayBuffer,
  shape: number[],
): OrtTensor {
  switch (datatype) {
    case 'BOOL':
      return new OrtTensor('bool', new Uint8Array(buffer), shape);
    case 'UINT8':
      return new OrtTensor('uint8', new Uint8Array(buffer), shape);
    case 'UINT16':
      return new OrtTensor('uint16', new Uint16Array(buffer), shape);
    case 'UINT32':
      return new OrtTensor('uint32', new Uint32Array(buffer), shape);
    case 'UINT64':
      return new OrtTensor('uint64', new BigUint64Array(buffer), shape);
    case 'INT8':
      return new OrtTensor('int8', new Int8Array(buffer), shape);
    case 'INT16':
      return new OrtTensor('int16', new Int16Array(buffer), shape);
    case 'INT32':
      return new OrtTensor('int32', new Int32Array(buffer), shape);
    case 'INT64':
      return new OrtTensor('int64', new BigInt64Array(buffer), shape);
    case 'FP16':
      return new OrtTensor('float16', new Uint16Array(buffer), shape);
    case 'BF16':
      return new OrtTensor('float32', floatsOf(new Uint16Array(buffer)), shape);
    case 'FP32':
      return new OrtTensor('float32', new Float32Array(buffer), shape);
    case 'FP64':
      return new OrtTensor('float64', new Float64Array(buffer), shape);
  }
}

/** bfloat16 is the upper half of an FP32. */
function floatsOf(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (bits) => bits << 16).buffer);
}

function upperHalves(floats: Float32Array): Uint8Array {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  return new Uint8Array(Uint16Array.from(bits, (each) => each >>> 16).buffer);
}

/** The raw bytes of a result, little-endian as every processor that ONNX Runtime is built for. */
export function fromOrtTensor(tensor: OrtTensor, datatype: OipDatatype): Uint8Array {
  if (datatype === 'BF16') return upperHalves(tensor.data as Float32Array);
  if (tensor.type === 'string') {
    const encoder = new TextEncoder();
    const strings = (tensor as TypedTensor<'string'>).data;
    return joinBytesElements(strings.map((text) => encoder.encode(text)));
  }
  const { buffer, byteOffset, byteLength } = tensor.data as Exclude<typeof tensor.data, string[]>;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function decodeUtf8(name: string, element: Uint8Array): string {
  if (element.includes(0)) {
    // ONNX Runtime's binding takes text as C does, up to the first NUL: the model would see a different text.
    throw new CtError('CT_BAD_REQUEST', `Expected text without NUL characters in "${name}"`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(element);
  } catch (cause) {
    throw new CtError('CT_BAD_REQUEST', `Expected UTF-8 text in "${name}", got other bytes`, {
      cause,
    });
  }
}
