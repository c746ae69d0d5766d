import {
  checkByteLength,
  elementCount,
  joinBytesElements,
  oipDatatypeNames,
  type OipDatatype,
  type OipTensorSpec,
} from '@groundglass/client';
import { CtError } from '@groundglass/core';
import type { Tensor } from '../tensors/tensor.js';
import type { InferCall } from '../oip/read-infer-request.js';

/** `InferParameter` as proto-loader gives it: the chosen field's name and value. */
interface Parameter {
  readonly parameter_choice?: string;
  readonly [field: string]: unknown;
}
type Parameters = Readonly<Record<string, Parameter>>;

interface Contents {
  readonly bool_contents: readonly boolean[];
  readonly int_contents: readonly number[];
  readonly int64_contents: readonly string[];
  readonly uint_contents: readonly number[];
  readonly uint64_contents: readonly string[];
  readonly fp32_contents: readonly number[];
  readonly fp64_contents: readonly number[];
  readonly bytes_contents: readonly Uint8Array[];
}

/** `ModelInferRequest` as proto-loader gives it. */
export interface ModelInferRequest {
  readonly model_name: string;
  readonly model_version: string;
  readonly id: string;
  readonly parameters: Parameters;
  readonly inputs: readonly {
    readonly name: string;
    readonly datatype: string;
    readonly shape: readonly string[];
    readonly parameters: Parameters;
    readonly contents: Contents | null;
  }[];
  readonly outputs: readonly { readonly name: string; readonly parameters: Parameters }[];
  readonly raw_input_contents: readonly Uint8Array[];
}

const mostTensors = 64;

/**
 * Reads a gRPC inference request: its data is either all raw, in the order of the inputs, or all in the typed fields.
 *
 * @throws {CtError} `CT_BAD_REQUEST` with the expected and the received value.
 */
export function readModelInfer(request: ModelInferRequest): InferCall {
  const { inputs, outputs, raw_input_contents: raw } = request;
  if (inputs.length === 0 || inputs.length > mostTensors || outputs.length > mostTensors) {
    throw bad(
      `Expected 1 to ${mostTensors} inputs and outputs, got ${inputs.length}, ${outputs.length}`,
    );
  }
  if (raw.length > 0 && raw.length !== inputs.length) {
    throw bad(`Expected raw contents for ${inputs.length} inputs, got ${raw.length}`);
  }
  for (const parameters of [
    request.parameters,
    ...[...inputs, ...outputs].map((each) => each.parameters),
  ]) {
    const found = ['shared_memory_region', 'sequence_id'].find((name) => name in parameters);
    if (found)
      throw bad(
        `Expected a request without "${found}": the server does not support that extension`,
      );
  }
  const timeout = wholeOf(request.parameters, 'timeout');
  return {
    id: request.id === '' ? undefined : request.id.slice(0, 256),
    timeoutMs: timeout ? timeout / 1000 : undefined,
    priority: Math.min(16, wholeOf(request.parameters, 'priority') ?? 0),
    inputs: inputs.map((input, index): Tensor => {
      const datatype = oipDatatypeNames.find((name) => name === input.datatype);
      if (!datatype)
        throw bad(`Expected a data type of the protocol for "${input.name.slice(0, 64)}"`);
      const spec = { name: input.name, datatype, shape: input.shape.map(Number) };
      if (spec.shape.length > 32)
        throw bad(`Expected at most 32 dimensions for "${spec.name.slice(0, 64)}"`);
      const data = raw[index] ?? packContents(spec, input.contents);
      if (raw[index] && input.contents)
        throw bad('Expected either raw or typed contents, got both');
      checkByteLength(spec, data.length);
      return { ...spec, data };
    }),
    outputs: outputs.map(({ name, parameters }) => ({
      name,
      binary: true,
      classes: countOf(wholeOf(parameters, 'classification')),
    })),
    binaryByDefault: true,
  };
}

/** 0 asks for no classification. */
function countOf(classes: number | undefined): number | undefined {
  return classes === 0 ? undefined : classes;
}

function wholeOf(parameters: Parameters, name: string): number | undefined {
  const parameter = parameters[name];
  if (!parameter?.parameter_choice) return undefined;
  const value = Number(parameter[parameter.parameter_choice]);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw bad(`Expected a whole number from 0 in the parameter "${name}"`);
}

/** Which typed field holds which data type, and how its elements become bytes. */
const packers: Record<
  Exclude<OipDatatype, 'FP16' | 'BF16' | 'BYTES'>,
  readonly [field: keyof Contents, pack: (values: readonly never[]) => ArrayBufferView]
> = {
  BOOL: ['bool_contents', (values: readonly boolean[]) => Uint8Array.from(values, Number)],
  INT8: ['int_contents', (values: readonly number[]) => Int8Array.from(values)],
  INT16: ['int_contents', (values: readonly number[]) => Int16Array.from(values)],
  INT32: ['int_contents', (values: readonly number[]) => Int32Array.from(values)],
  INT64: ['int64_contents', (values: readonly string[]) => BigInt64Array.from(values, BigInt)],
  UINT8: ['uint_contents', (values: readonly number[]) => Uint8Array.from(values)],
  UINT16: ['uint_contents', (values: readonly number[]) => Uint16Array.from(values)],
  UINT32: ['uint_contents', (values: readonly number[]) => Uint32Array.from(values)],
  UINT64: ['uint64_contents', (values: readonly string[]) => BigUint64Array.from(values, BigInt)],
  FP32: ['fp32_contents', (values: readonly number[]) => Float32Array.from(values)],
  FP64: ['fp64_contents', (values: readonly number[]) => Float64Array.from(values)],
};

function packContents(spec: OipTensorSpec, contents: Contents | null): Uint8Array {
  if (!contents) throw bad(`Expected contents for "${spec.name.slice(0, 64)}"`);
  const count = elementCount(spec.name, spec.shape);
  const expectCount = (got: number): void => {
    if (got !== count) {
      throw bad(`Expected ${count} elements for "${spec.name.slice(0, 64)}", got ${got}`);
    }
  };
  if (spec.datatype === 'FP16' || spec.datatype === 'BF16') {
    throw bad(`Expected ${spec.datatype} as raw contents`);
  }
  if (spec.datatype === 'BYTES') {
    expectCount(contents.bytes_contents.length);
    return joinBytesElements(contents.bytes_contents);
  }
  const [field, pack] = packers[spec.datatype];
  const values = contents[field];
  expectCount(values.length);
  const { buffer, byteOffset, byteLength } = pack(values as readonly never[]);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function bad(message: string): CtError {
  return new CtError('CT_BAD_REQUEST', message);
}
