import onnxProto, { type onnx } from 'onnx-proto';
import { onnxTypes, type AttributeValue, type OnnxEmitter, type OnnxType } from './onnx-emitter.js';

/** An input or output of an ONNX graph; a name instead of a size is a dimension of any size. */
export interface OnnxValue {
  readonly name: string;
  readonly type?: OnnxType;
  readonly shape: readonly (number | string)[];
}

/** Input of {@link writeOnnx}. */
export interface OnnxModel {
  readonly name: string;
  readonly graph: OnnxEmitter;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly metadata?: Readonly<Record<string, string>>;
}

const { ModelProto, AttributeProto } = onnxProto.onnx;

/** The operator set that all ops are written for: the first with `Resize` by axes and antialiasing. */
const opset = 18;
const irVersion = 8;

/** Serialises a graph as an ONNX file, without the nodes and constants that no output needs. */
export function writeOnnx({ name, graph, inputs, outputs, metadata = {} }: OnnxModel): Uint8Array {
  const needed = new Set(outputs.map((output) => output.name));
  // From the last node to the first: a node follows those that it reads.
  const nodes = graph.nodes.toReversed().filter((node) => {
    const used = node.outputs.some((output) => needed.has(output));
    if (used) for (const input of node.inputs) needed.add(input);
    return used;
  });
  const model = ModelProto.create({
    irVersion,
    producerName: 'groundglass',
    opsetImport: [{ domain: '', version: opset }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name,
      node: nodes.toReversed().map(({ type, inputs: input, outputs: output, attributes }, i) => ({
        name: `${type}_${i}`,
        opType: type,
        input: [...input],
        output: [...output],
        attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      })),
      initializer: graph.initializers
        .filter((constant) => needed.has(constant.name))
        .map((constant) => ({
          name: constant.name,
          dataType: onnxTypes[constant.type],
          dims: [...constant.shape],
          rawData: new Uint8Array(
            constant.data.buffer,
            constant.data.byteOffset,
            constant.data.byteLength,
          ),
        })),
      input: inputs.map(valueInfo),
      output: outputs.map(valueInfo),
    },
  });
  return ModelProto.encode(model).finish();
}

function valueInfo({ name, type = 'float32', shape }: OnnxValue): onnx.IValueInfoProto {
  return {
    name,
    type: {
      tensorType: {
        elemType: onnxTypes[type],
        shape: {
          dim: shape.map((size) =>
            typeof size === 'string' ? { dimParam: size } : { dimValue: size },
          ),
        },
      },
    },
  };
}

const kinds = AttributeProto.AttributeType;

function attribute(name: string, value: AttributeValue): onnx.IAttributeProto {
  if (typeof value === 'string')
    return { name, type: kinds.STRING, s: new TextEncoder().encode(value) };
  if (typeof value === 'number') return { name, type: kinds.INT, i: value };
  if ('float' in value) return { name, type: kinds.FLOAT, f: value.float };
  return { name, type: kinds.INTS, ints: [...value] };
}
