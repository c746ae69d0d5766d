import { isAbsolute } from 'node:path';
import { CtError } from '@groundglass/core';
import { parse } from 'protobufjs';

/**
 * The part of onnx.proto3 that is read; the reader skips everything else. Field numbers are those of
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
  message Node { string op_type = 4; repeated Attribute attribute = 5; string domain = 7; }
  message Shape { repeated bytes dim = 1; }
  message TensorType { int32 elem_type = 1; Shape shape = 2; }
  message Type { TensorType tensor_type = 1; bytes sequence = 4; bytes map = 5; bytes sparse = 8; bytes optional = 9; }
  message Value { string name = 1; Type type = 2; }
  message Graph {
    repeated Node node = 1; repeated Tensor initializer = 5; repeated Value input = 11; repeated Value output = 12;
    repeated SparseTensor sparse_initializer = 15;
  }
  message Function { string name = 1; repeated Node node = 7; string domain = 10; }
  message Opset { string domain = 1; int64 version = 2; }
  message Model {
    int64 ir_version = 1; string producer_name = 2; string producer_version = 3; Graph graph = 7;
    repeated Opset opset_import = 8; repeated Entry metadata_props = 14; repeated Function functions = 25;
  }
`,
  { keepCase: true },
);
const modelType = root.lookupType('onnx.Model');

interface OnnxTensor {
  external_data?: { key?: string; value?: string }[];
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
interface OnnxValue {
  name?: string;
  type?: {
    tensor_type?: { elem_type?: number; shape?: unknown };
    sequence?: Uint8Array;
    map?: Uint8Array;
    sparse?: Uint8Array;
    optional?: Uint8Array;
  };
}
interface OnnxModel {
  ir_version?: number | { toNumber(): number };
  producer_name?: string;
  producer_version?: string;
  opset_import?: { domain?: string; version?: number | { toNumber(): number } }[];
  graph?: OnnxGraph & { input?: OnnxValue[]; output?: OnnxValue[] };
  metadata_props?: { key: string; value: string }[];
  functions?: { node?: OnnxNode[] }[];
}

/** What is read from an ONNX file before it runs. */
export interface OnnxFacts {
  readonly metadata: ReadonlyMap<string, string>;
  /** Such as `opset 17, IR version 8, written by pytorch 2.4`; for the message of a failed load. */
  readonly description: string;
  /** Inputs and outputs whose rank the file leaves open. */
  readonly unknownRank: ReadonlySet<string>;
  /** Inputs and outputs of bfloat16, which ONNX Runtime for Node does not support. */
  readonly bfloat16: ReadonlySet<string>;
  /** External weight files, by the paths in the model. */
  readonly externalFiles: readonly string[];
}

/** `TensorProto.DataType.BFLOAT16` */
const bfloat16 = 16;

/**
 * Reads an ONNX file without running anything.
 *
 * @throws {CtError} `CT_MODEL_INVALID` when the bytes are not ONNX, or weights are outside the model's own folder: a path could name
 * any file of the machine.
 */
export function inspectOnnx(bytes: Uint8Array): OnnxFacts {
  const other = otherContent(bytes);
  if (other) throw new CtError('CT_MODEL_INVALID', `Expected an ONNX file, got ${other}`);
  let model: OnnxModel;
  try {
    model = modelType.decode(bytes) as unknown as OnnxModel;
  } catch (cause) {
    throw new CtError(
      'CT_MODEL_INVALID',
      `Expected an ONNX file, got ${bytes.length} bytes that are not ONNX or are truncated`,
      { cause },
    );
  }
  if (!model.graph) throw new CtError('CT_MODEL_INVALID', 'Expected an ONNX file with a graph');
  const values = [...(model.graph.input ?? []), ...(model.graph.output ?? [])];
  for (const { name = '', type = {} } of values) {
    const kind = (['sequence', 'map', 'sparse', 'optional'] as const).find(
      // The reader returns empty bytes for missing ones.
      (each) => (type[each]?.length ?? 0) > 0,
    );
    if (kind === undefined) continue;
    const got = kind === 'sparse' ? 'a sparse tensor' : `a value of type ${kind}`;
    throw new CtError('CT_MODEL_INVALID', `Expected "${name}" to be a tensor, got ${got}`);
  }
  const named = (matches: (value: OnnxValue) => boolean): Set<string> =>
    new Set(values.filter(matches).map(({ name = '' }) => name));
  return {
    metadata: new Map((model.metadata_props ?? []).map(({ key, value }) => [key, value])),
    description: describe(model),
    unknownRank: named(({ type }) => type?.tensor_type !== undefined && !type.tensor_type.shape),
    bfloat16: named(({ type }) => type?.tensor_type?.elem_type === bfloat16),
    externalFiles: [...new Set(externalPaths(model))].map(checkedPath),
  };
}

/** What people most often mistake for a model; undefined for everything else. */
function otherContent(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return 'an empty file';
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 64)).trimStart().toLowerCase();
  if (start.startsWith('version https://git-lfs')) {
    return 'a pointer of Git LFS: fetch the file itself with "git lfs pull"';
  }
  if (/^<(!doctype|html)/.test(start)) return 'a web page: the download returned an error page';
  return start.startsWith('pk\x03\x04') ? 'a zip archive, such as a PyTorch checkpoint' : undefined;
}

function describe({ ir_version, opset_import = [], producer_name, producer_version }: OnnxModel) {
  const opsets = opset_import.map(({ domain, version }) =>
    domain ? `${domain} ${Number(version)}` : `opset ${Number(version)}`,
  );
  const producer = [producer_name, producer_version].filter(Boolean).join(' ');
  return [
    ...opsets,
    `IR version ${Number(ir_version ?? 0)}`,
    ...(producer ? [`written by ${producer.slice(0, 60)}`] : []),
  ].join(', ');
}

function externalPaths(model: OnnxModel): string[] {
  const paths: string[] = [];
  const visit = (tensors: readonly OnnxTensor[] = []): void => {
    for (const { data_location: location, external_data: external = [] } of tensors) {
      // TensorProto.DataLocation.EXTERNAL = 1
      if (location !== 1 && external.length === 0) continue;
      paths.push(external.find(({ key }) => key === 'location')?.value ?? '');
    }
  };
  const visitSparse = (tensors: readonly OnnxSparse[] = []): void => {
    visit(tensors.flatMap(({ values, indices }) => [values ?? {}, indices ?? {}]));
  };
  const graphs: OnnxGraph[] = [model.graph!, ...(model.functions ?? [])];
  for (let graph = graphs.pop(); graph; graph = graphs.pop()) {
    visit(graph.initializer);
    visitSparse(graph.sparse_initializer);
    for (const attribute of (graph.node ?? []).flatMap((node) => node.attribute ?? [])) {
      visit([attribute.t ?? {}, ...(attribute.tensors ?? [])]);
      visitSparse([attribute.sparse_tensor ?? {}, ...(attribute.sparse_tensors ?? [])]);
      graphs.push(...(attribute.g ? [attribute.g] : []), ...(attribute.graphs ?? []));
    }
  }
  return paths;
}

/** @throws {CtError} `CT_MODEL_INVALID` for a path that leaves the model's folder; links are checked when it is read. */
function checkedPath(path: string): string {
  const parts = path.split(/[\\/]/);
  if (path !== '' && !isAbsolute(path) && !/^[A-Za-z]:/.test(path) && !parts.includes('..'))
    return path;
  throw new CtError(
    'CT_MODEL_INVALID',
    `Expected external data in the folder of the ONNX file or below it, got the path ${JSON.stringify(path.slice(0, 80))}`,
  );
}
