import { fromHalf } from './half.js';

const sizes: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2, F64: 8, I64: 8 };

/** Bytes that are not valid tensor values. */
export class TensorBytesError extends Error {
  override readonly name = 'TensorBytesError';
}

/**
 * Values of little-endian bytes as floats.
 *
 * @param dtype safetensors' name of the type: F32, F16, BF16, F64 or I64.
 * @throws {TensorBytesError} for another type or number of bytes.
 */
export function decodeTensor(
  name: string,
  dtype: string,
  bytes: Uint8Array,
  count: number,
): Float32Array {
  const size = sizes[dtype];
  if (size === undefined)
    throw new TensorBytesError(`Expected F32, F16, BF16, F64 or I64 for "${name}", got ${dtype}`);
  if (bytes.length !== count * size) {
    throw new TensorBytesError(`Expected ${count * size} bytes for "${name}", got ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const result = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    result[i] =
      dtype === 'F32'
        ? view.getFloat32(i * 4, true)
        : dtype === 'F16'
          ? fromHalf(view.getUint16(i * 2, true))
          : dtype === 'BF16'
            ? fromBrain(view.getUint16(i * 2, true))
            : dtype === 'F64'
              ? view.getFloat64(i * 8, true)
              : Number(view.getBigInt64(i * 8, true));
  }
  return result;
}

const brain = new DataView(new ArrayBuffer(4));
function fromBrain(bits: number): number {
  brain.setUint32(0, bits << 16);
  return brain.getFloat32(0);
}
