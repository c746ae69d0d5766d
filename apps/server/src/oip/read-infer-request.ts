import { checkByteLength, packJsonElements } from '@groundglass/client';
import { CtError } from '@groundglass/core';
import type { z } from 'zod';
import { parseJsonBody } from '../http/json-depth.js';
import { describeIssue, reportInput } from '../errors/error-answer.js';
import type { ByteRef, Tensor } from '../tensors/tensor.js';
import { inferRequestSchema } from './infer-schema.js';

export interface WantedOutput {
  readonly name: string;
  readonly binary: boolean;
  /** How many of the highest classes to send in place of the tensor; undefined for the tensor. */
  readonly classes?: number | undefined;
}

/** An inference request of either transport, valid in itself but not yet checked against a model. */
export interface InferCall {
  readonly id: string | undefined;
  /** The caller's timeout in milliseconds; undefined if there is none. */
  readonly timeoutMs: number | undefined;
  /** 0 where the caller leaves it to the model. */
  readonly priority: number;
  readonly inputs: readonly Tensor[];
  /** Empty for all outputs of the model. */
  readonly outputs: readonly WantedOutput[];
  /** Whether outputs that the request does not name are sent as binary data. */
  readonly binaryByDefault: boolean;
}

/**
 * Reads the body of an infer request: JSON, followed by the binary data of the inputs in order where `headerLength` says that
 * the JSON ends before the body.
 *
 * @param header the JSON part.
 * @param binary the bytes after it.
 * @throws {CtError} `CT_BAD_REQUEST` with the expected and the received value.
 */
export function readInferRequest(header: Uint8Array, binary: ByteRef): InferCall {
  const parsed = inferRequestSchema.safeParse(parseJsonBody(header), reportInput);
  if (!parsed.success) throw new CtError('CT_BAD_REQUEST', describeIssue(parsed.error));
  const { id, parameters, inputs, outputs = [] } = parsed.data;
  refuseUnsupported(parsed.data);
  let offset = 0;
  const tensors = inputs.map((input): Tensor => {
    const { name, datatype, shape } = input;
    const size = input.parameters?.binary_data_size;
    if ((size === undefined) === (input.data === undefined)) {
      throw bad(`Expected either "data" or "binary_data_size" for "${name}"`);
    }
    if (size === undefined) {
      const data = packJsonElements(input, input.data ?? []);
      return { name, datatype, shape, data };
    }
    checkByteLength(input, size);
    const start = offset;
    offset += size;
    if (offset > binary.length) {
      throw bad(`Expected ${offset} bytes of binary data up to "${name}", got ${binary.length}`);
    }
    return { name, datatype, shape, data: sliceRef(binary, start, size) };
  });
  if (offset !== binary.length) {
    throw bad(
      `Expected ${offset} bytes of binary data for the declared inputs, got ${binary.length}`,
    );
  }
  const binaryByDefault = parameters?.binary_data_output ?? false;
  return {
    id,
    timeoutMs: parameters?.timeout ? parameters.timeout / 1000 : undefined,
    priority: parameters?.priority ?? 0,
    inputs: tensors,
    outputs: outputs.map(({ name, parameters: each }) => ({
      name,
      binary: each?.binary_data ?? binaryByDefault,
      classes: each?.classification === 0 ? undefined : each?.classification,
    })),
    binaryByDefault,
  };
}

/** Extensions that this server does not have; ignoring them would give a wrong answer. */
const unsupported = ['shared_memory_region', 'sequence_id'];

function refuseUnsupported(request: z.infer<typeof inferRequestSchema>): void {
  const holders = [request, ...request.inputs, ...(request.outputs ?? [])];
  for (const { parameters } of holders) {
    const found = unsupported.find((name) => parameters && name in parameters);
    if (found)
      throw bad(
        `Expected a request without "${found}": the server does not support that extension`,
      );
  }
}

function sliceRef(ref: ByteRef, offset: number, length: number): ByteRef {
  if (ref instanceof Uint8Array) return ref.subarray(offset, offset + length);
  return { path: ref.path, offset: ref.offset + offset, length };
}

function bad(message: string): CtError {
  return new CtError('CT_BAD_REQUEST', message);
}
