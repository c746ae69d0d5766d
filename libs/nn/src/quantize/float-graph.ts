import onnxProto, { type onnx } from 'onnx-proto';
import { OnnxError } from '../onnx/read-onnx.js';
import { decodeTensor } from '../weights/decode-tensor.js';

const { ModelProto, TensorProto } = onnxProto.onnx;
const { FLOAT, FLOAT16 } = TensorProto.DataType;

/** A constant of floating point. */
export interface FloatConstant {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** A graph whose weights are all floats, ready to be quantised: it has no Identity, and every node has a name. */
export interface FloatGraph {
  readonly file: onnx.ModelProto;
  readonly nodes: onnx.INodeProto[];
  /** By name. */
  readonly constants: ReadonlyMap<string, FloatConstant>;
}

/**
 * Reads a model for quantisation. Halves that a Cast widens become floats, since only constants can be quantised.
 *
 * @throws {OnnxError} for bytes that are no ONNX file, or already have quantised layers.
 */
export function readFloatGraph(model: Uint8Array): FloatGraph {
  let file: onnx.ModelProto;
  try {
    file = ModelProto.decode(model);
  } catch (cause) {
    throw new OnnxError('Expected an ONNX file, its bytes are not a protocol buffer', { cause });
  }
  const { graph } = file;
  if (!graph?.node?.length) throw new OnnxError('Expected an ONNX file, it has no graph');
  if (graph.node.some(({ opType }) => opType === 'DequantizeLinear'))
    throw new OnnxError('Expected a float model, this one is already quantised');
  const constants = new Map<string, FloatConstant>();
  for (const tensor of graph.initializer ?? []) {
    const constant = floatConstant(tensor);
    if (constant) constants.set(tensor.name!, constant);
  }
  const widened = graph.node.filter(
    ({ opType, input }) => opType === 'Cast' && constants.has(input?.[0] ?? ''),
  );
  for (const { input, output } of widened) constants.set(output![0]!, constants.get(input![0]!)!);
  const halves = new Set(widened.map(({ input }) => input![0]!));
  graph.initializer = [
    ...(graph.initializer ?? []).filter(({ name }) => !halves.has(name!)),
    ...widened.map(({ output }) => toInitializer(output![0]!, constants.get(output![0]!)!)),
  ];
  const nodes = withoutIdentities(
    graph.node.filter((node) => !widened.includes(node)),
    new Set((graph.output ?? []).map(({ name }) => name ?? '')),
  );
  nodes.forEach(
    (node, at) => (node.name = node.name === '' || !node.name ? `node_${at}` : node.name),
  );
  graph.node = nodes;
  return { file, nodes, constants };
}

/** The constant as ONNX writes it. */
export function toInitializer(name: string, { dims, data }: FloatConstant): onnx.ITensorProto {
  return { name, dataType: FLOAT, dims: [...dims], rawData: bytesOf(data) };
}

/** The bytes of a typed array. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function floatConstant({
  name,
  dataType,
  dims,
  rawData,
}: onnx.ITensorProto): FloatConstant | undefined {
  if ((dataType !== FLOAT && dataType !== FLOAT16) || !rawData?.length) return undefined;
  const shape = (dims ?? []).map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  const data = decodeTensor(name ?? '', dataType === FLOAT ? 'F32' : 'F16', rawData, count);
  return { dims: shape, data };
}

/** Consumers of an Identity read its input, except for outputs of the graph, whose names must stay. */
function withoutIdentities(
  nodes: readonly onnx.INodeProto[],
  outputs: ReadonlySet<string>,
): onnx.INodeProto[] {
  const renamed = new Map<string, string>();
  const kept: onnx.INodeProto[] = [];
  for (const node of nodes) {
    node.input = (node.input ?? []).map((name) => renamed.get(name) ?? name);
    const output = node.output?.[0] ?? '';
    if (node.opType === 'Identity' && !outputs.has(output)) renamed.set(output, node.input[0]!);
    else kept.push(node);
  }
  return kept;
}
