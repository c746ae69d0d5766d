import { sizeOf } from '../graph/shape.js';
import { decodeTensor, TensorBytesError } from './decode-tensor.js';
import type { NamedTensor, NamedTensors } from './named-tensors.js';

/** A file that is not in the safetensors format, or has an unsupported type. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
}

/** The file's tensors and its free text entries. */
export interface Safetensors {
  readonly tensors: NamedTensors;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A longer header means damage. */
const largestHeader = 100 * 1024 * 1024;

/**
 * Reads safetensors (github.com/huggingface/safetensors, "Format"): a header length of 8 bytes, a JSON header, then the data. F32, F16, BF16,
 * F64 and I64 become floats.
 *
 * @throws {SafetensorsError} saying what was expected and what was found.
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8)
    throw new SafetensorsError(`Expected at least 8 bytes, got ${bytes.length}`);
  const length = Number(view.getBigUint64(0, true));
  if (length > largestHeader || 8 + length > bytes.length) {
    throw new SafetensorsError(`Expected a header inside ${bytes.length} bytes, it says ${length}`);
  }
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
      string,
      unknown
    >;
  } catch (error) {
    throw new SafetensorsError('Expected a JSON header', { cause: error });
  }
  const data = bytes.subarray(8 + length);
  const tensors = new Map<string, NamedTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const {
      dtype,
      shape,
      data_offsets: offsets,
    } = entry as Partial<{ dtype: string; shape: number[]; data_offsets: number[] }>;
    const [start = -1, end = -1] = offsets ?? [];
    if (
      dtype === undefined ||
      !Array.isArray(shape) ||
      start < 0 ||
      end < start ||
      end > data.length
    ) {
      throw new SafetensorsError(`Expected type, shape and a range inside the file for "${name}"`);
    }
    tensors.set(name, {
      shape,
      data: valuesOf(name, dtype, data.subarray(start, end), sizeOf(shape)),
    });
  }
  return { tensors, metadata: (header.__metadata__ ?? {}) as Record<string, string> };
}

/** Writes tensors as F32, the data aligned to 8 bytes, names in order. */
export function writeSafetensors(
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  let text = new TextEncoder().encode(JSON.stringify(header));
  if (text.length % 8 !== 0) {
    const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
    padded.set(text);
    text = padded;
  }
  const bytes = new Uint8Array(8 + text.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  let at = 8 + text.length;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

function valuesOf(name: string, dtype: string, bytes: Uint8Array, count: number): Float32Array {
  try {
    return decodeTensor(name, dtype, bytes, count);
  } catch (error) {
    if (!(error instanceof TensorBytesError)) throw error;
    throw new SafetensorsError(error.message, { cause: error });
  }
}
