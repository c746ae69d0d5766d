import onnxProto, { type onnx } from 'onnx-proto';
import { sizeOf } from '../graph/shape.js';
import { decodeTensor } from '../weights/decode-tensor.js';
import type { NamedTensors } from '../weights/named-tensors.js';

const { ModelProto, TensorProto } = onnxProto.onnx;
const types = TensorProto.DataType;

/** Bytes that are no ONNX file, or contain something unsupported. */
export class OnnxError extends Error {
  override readonly name = 'OnnxError';
}

/** The contents of an ONNX file. */
export interface OnnxFile {
  /** Name of the program that wrote it. */
  readonly producer: string;
  /** Version of ONNX's own operators. */
  readonly opset: number;
  /** The text entries (`metadata_props`), such as name, version and threshold of an exported model. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  /** Types of the nodes, in order. */
  readonly ops: readonly string[];
  /** The floating-point initializers: weights. Decoded on each access. */
  readonly weights: NamedTensors;
}

/** An input or output; an open size has its name, or is empty. */
export interface OnnxPort {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

/**
 * Reads an ONNX file. FLOAT, FLOAT16, BFLOAT16 and DOUBLE initializers become floats; others (shapes, axes) are not weights and are omitted.
 *
 * @throws {OnnxError} when the bytes are no ONNX file, or when its weights are in separate files.
 */
export function readOnnx(bytes: Uint8Array): OnnxFile {
  let model: onnx.ModelProto;
  try {
    model = ModelProto.decode(bytes);
  } catch (error) {
    throw new OnnxError('Expected an ONNX file, its bytes are not a protocol buffer', {
      cause: error,
    });
  }
  const { graph } = model;
  if (!graph || Number(model.irVersion) < 1)
    throw new OnnxError('Expected an ONNX file, it has no graph');
  const initializers = graph.initializer ?? [];
  const constants = new Set(initializers.map(({ name }) => name));
  return {
    producer: model.producerName,
    opset: Number(model.opsetImport.find(({ domain }) => (domain ?? '') === '')?.version ?? 0),
    metadata: new Map(model.metadataProps.map(({ key, value }) => [key ?? '', value ?? ''])),
    // Files from before IR version 4 list their initializers among the inputs.
    inputs: (graph.input ?? []).filter(({ name }) => !constants.has(name)).map(portOf),
    outputs: (graph.output ?? []).map(portOf),
    ops: (graph.node ?? []).map(({ opType }) => opType ?? ''),
    get weights() {
      return new Map(initializers.flatMap(weightOf));
    },
  };
}

function portOf({ name, type }: onnx.IValueInfoProto): OnnxPort {
  const sizes = type?.tensorType?.shape?.dim ?? [];
  return {
    name: name ?? '',
    shape: sizes.map(({ dimValue, dimParam }) => {
      const size = Number(dimValue ?? 0);
      return size > 0 ? size : (dimParam ?? '');
    }),
  };
}

const dtypes = new Map<number, string>([
  [types.FLOAT, 'F32'],
  [types.FLOAT16, 'F16'],
  [types.BFLOAT16, 'BF16'],
  [types.DOUBLE, 'F64'],
]);

function weightOf(tensor: onnx.ITensorProto): [string, { shape: number[]; data: Float32Array }][] {
  const name = tensor.name ?? '';
  const dtype = dtypes.get(tensor.dataType ?? 0);
  if (dtype === undefined) return [];
  // 1: EXTERNAL; onnx-proto's enumeration is older than it.
  if ((tensor as { dataLocation?: number }).dataLocation === 1)
    throw new OnnxError(`Expected "${name}" inside the file, its values are in another file`);
  const shape = (tensor.dims ?? []).map(Number);
  const data = valuesOf(name, dtype, tensor, sizeOf(shape));
  return [[name, { shape, data }]];
}

/** Values are raw bytes, or in a field of their type; in the latter, halves are 32-bit numbers. */
function valuesOf(
  name: string,
  dtype: string,
  { rawData, floatData, doubleData, int32Data }: onnx.ITensorProto,
  count: number,
): Float32Array {
  if (rawData?.length) return decodeTensor(name, dtype, rawData, count);
  const listed = dtype === 'F32' ? floatData : dtype === 'F64' ? doubleData : int32Data;
  if ((listed?.length ?? 0) !== count)
    throw new OnnxError(`Expected ${count} values for "${name}", got ${listed?.length ?? 0}`);
  if (dtype === 'F32' || dtype === 'F64') return Float32Array.from(listed ?? []);
  return decodeTensor(name, dtype, new Uint8Array(Uint16Array.from(listed ?? []).buffer), count);
}
