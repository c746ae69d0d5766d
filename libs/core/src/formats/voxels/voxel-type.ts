/** How a voxel is stored, in the terms that NIfTI and MetaImage share. */
export type VoxelType =
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float32'
  | 'float64';

/** Bytes per value. */
export const voxelBytes: Readonly<Record<VoxelType, number>> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float32: 4,
  float64: 8,
};

type Values =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

const constructors = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** Whether this machine is little endian; all that run Node.js today are. */
const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Reads stored values as numbers; 64-bit integers lose what a double cannot hold. The result may be a view of the bytes:
 * callers must not keep it longer than the bytes.
 */
export function decodeVoxels(bytes: Uint8Array, type: VoxelType, littleEndian: boolean): Values {
  const size = voxelBytes[type];
  const count = Math.floor(bytes.byteLength / size);
  if (type === 'int64' || type === 'uint64') {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const value =
        type === 'int64'
          ? view.getBigInt64(i * 8, littleEndian)
          : view.getBigUint64(i * 8, littleEndian);
      values[i] = Number(value);
    }
    return values;
  }
  const ordered = size > 1 && littleEndian !== hostIsLittleEndian;
  const aligned = bytes.byteOffset % size === 0;
  const own = ordered || !aligned ? bytes.slice(0, count * size) : bytes;
  if (ordered) swapBytes(own, size);
  return new constructors[type](own.buffer as ArrayBuffer, own.byteOffset, count);
}

/** Reverses the byte order of values of `size` bytes in place. */
export function swapBytes(bytes: Uint8Array, size: number): void {
  for (let start = 0; start + size <= bytes.length; start += size) {
    for (let low = start, high = start + size - 1; low < high; low++, high--) {
      const byte = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = byte;
    }
  }
}
