import { CtError } from '@groundglass/core';
import { parse } from 'protobufjs';

/**
 * The part of onnx.proto3 that is looked at; everything else is skipped by the reader. Field numbers are those of
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */
const { root } = parse(
  `
  syntax = "proto3";
  package onnx;
  message Entry { string key = 1; string value = 2; }
  message Tensor { repeated Entry external_data = 13; int32 data_location = 14; }
  message SparseTensor { Tensor values = 1; Tensor indices = 2; }
  message Attribute {
    Tensor t = 5; Graph g = 6; repeated Tensor tensors = 10; repeated Graph graphs = 11;
    SparseTensor sparse_tensor = 22; repeated SparseTensor sparse_tensors = 23;
  }
  message Node { repeated Attribute attribute = 5; }
  message Graph {
    repeated Node node = 1; repeated Tensor initializer = 5; repeated SparseTensor sparse_initializer = 15;
  }
  message Function { repeated Node node = 7; }
  message Model {
    Graph graph = 7; repeated Entry metadata_props = 14; repeated Function functions = 25;
  }
`,
  { keepCase: true },
);
const modelType = root.lookupType('onnx.Model');

interface OnnxTensor {
  external_data?: unknown[];
  data_location?: number;
}
interface OnnxSparse {
  values?: OnnxTensor;
  indices?: OnnxTensor;
}
interface OnnxNode {
  attribute?: {
    t?: OnnxTensor;
    g?: OnnxGraph;
    tensors?: OnnxTensor[];
    graphs?: OnnxGraph[];
    sparse_tensor?: OnnxSparse;
    sparse_tensors?: OnnxSparse[];
  }[];
}
interface OnnxGraph {
  node?: OnnxNode[];
  initializer?: OnnxTensor[];
  sparse_initializer?: OnnxSparse[];
}
interface OnnxModel {
  graph?: OnnxGraph;
  metadata_props?: { key: string; value: string }[];
  functions?: { node?: OnnxNode[] }[];
}

/**
 * Reads the metadata of an ONNX file and refuses one whose weights lie in other files: their paths could name any file
 * of the machine, and a model repository is not trusted that far.
 *
 * @throws {CtError} `CT_MODEL_INVALID` when the bytes are not ONNX, or hold external data anywhere, subgraphs included.
 */
export function inspectOnnx(bytes: Uint8Array): ReadonlyMap<string, string> {
  let model: OnnxModel;
  try {
    model = modelType.decode(bytes) as unknown as OnnxModel;
  } catch (cause) {
    throw new CtError('CT_MODEL_INVALID', 'Expected an ONNX file, got bytes that are not', {
      cause,
    });
  }
  if (!model.graph) throw new CtError('CT_MODEL_INVALID', 'Expected an ONNX file with a graph');
  const graphs: OnnxGraph[] = [model.graph, ...(model.functions ?? [])];
  for (let graph = graphs.pop(); graph; graph = graphs.pop()) {
    refuseExternal(graph.initializer);
    refuseExternalSparse(graph.sparse_initializer);
    for (const attribute of (graph.node ?? []).flatMap((node) => node.attribute ?? [])) {
      refuseExternal([attribute.t ?? {}, ...(attribute.tensors ?? [])]);
      refuseExternalSparse([attribute.sparse_tensor ?? {}, ...(attribute.sparse_tensors ?? [])]);
      graphs.push(...(attribute.g ? [attribute.g] : []), ...(attribute.graphs ?? []));
    }
  }
  return new Map((model.metadata_props ?? []).map(({ key, value }) => [key, value]));
}

function refuseExternalSparse(tensors: readonly OnnxSparse[] = []): void {
  refuseExternal(tensors.flatMap(({ values, indices }) => [values ?? {}, indices ?? {}]));
}

function refuseExternal(tensors: readonly OnnxTensor[] = []): void {
  // TensorProto.DataLocation.EXTERNAL = 1
  if (tensors.some((tensor) => tensor.data_location === 1 || tensor.external_data?.length)) {
    throw new CtError(
      'CT_MODEL_INVALID',
      'Expected an ONNX file that holds its weights, got one with external data',
    );
  }
}
