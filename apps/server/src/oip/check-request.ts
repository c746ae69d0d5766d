import type { OipTensorSpec } from '@groundglass/client';
import { CtError } from '@groundglass/core';
import { rowsOf } from '../inference/served-model.js';
import type { RepositoryModel } from '../repository/repository-model.js';

/**
 * Checks a request's tensors against the model: every input once and no others, types and shapes that fit, one batch
 * size in all of them; and that the named outputs exist.
 *
 * @throws {CtError} `CT_BAD_REQUEST` with the tensor, the expected and the received value.
 */
export function checkRequest(
  model: RepositoryModel,
  inputs: readonly OipTensorSpec[],
  outputs: readonly string[],
): void {
  for (const [index, input] of inputs.entries()) {
    const spec = model.inputs.find(({ name }) => name === input.name);
    if (!spec) throw bad(`Expected inputs ${names(model.inputs)}, got "${clip(input.name)}"`);
    if (inputs.findIndex(({ name }) => name === input.name) !== index) {
      throw bad(`Expected each input once, got "${spec.name}" twice`);
    }
    if (input.datatype !== spec.datatype) {
      throw bad(`Expected ${spec.datatype} for "${spec.name}", got ${input.datatype}`);
    }
    const fits =
      input.shape.length === spec.shape.length &&
      spec.shape.every((size, axis) => size === -1 || size === input.shape[axis]);
    if (!fits) {
      throw bad(`Expected shape ${shape(spec)} for "${spec.name}", got ${shape(input)}`);
    }
  }
  const missing = model.inputs.find(({ name }) => !inputs.some((input) => input.name === name));
  if (missing) throw bad(`Expected inputs ${names(model.inputs)}, "${missing.name}" is missing`);
  checkRows(model, inputs);
  for (const [index, name] of outputs.entries()) {
    if (!model.outputs.some((output) => output.name === name)) {
      throw bad(`Expected outputs among ${names(model.outputs)}, got "${clip(name)}"`);
    }
    if (outputs.indexOf(name) !== index)
      throw bad(`Expected each output once, got "${name}" twice`);
  }
}

function checkRows(model: RepositoryModel, inputs: readonly OipTensorSpec[]): void {
  if (model.maxBatchSize === 0) return;
  const rows = rowsOf(model, inputs);
  if (rows < 1 || rows > model.maxBatchSize) {
    throw bad(`Expected a batch of 1 to ${model.maxBatchSize}, got ${rows}`);
  }
  const other = inputs.find((input) => input.shape[0] !== rows);
  if (other) {
    throw bad(
      `Expected a batch of ${rows} in every input, got ${other.shape[0] ?? 0} in "${other.name}"`,
    );
  }
}

const names = (specs: readonly OipTensorSpec[]): string =>
  specs.map(({ name }) => `"${name}"`).join(', ');
const shape = (spec: OipTensorSpec): string => `[${spec.shape.slice(0, 16).join(', ')}]`;
const clip = (name: string): string => name.slice(0, 64);
const bad = (message: string): CtError => new CtError('CT_BAD_REQUEST', message);
