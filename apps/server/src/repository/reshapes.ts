import type { OipTensorSpec } from '@groundglass/client';
import { CtError } from '@groundglass/core';
import type { ModelConfig } from './model-config.js';

type Declared = ModelConfig['input'];

/** Tensors as clients see them: reshaped ones with the dimensions of the config. */
export function shownToClients<T extends OipTensorSpec>(
  specs: readonly T[],
  declared: Declared,
  batched: boolean,
): T[] {
  return specs.map((spec) => {
    const tensor = reshapeOf(declared, spec.name);
    return tensor ? { ...spec, shape: batched ? [-1, ...tensor.dims] : tensor.dims } : spec;
  });
}

/**
 * A client's tensor in the shape that the model takes.
 *
 * @throws {CtError} `CT_BAD_REQUEST` where the sizes do not fit into it.
 */
export function toModelShape<T extends OipTensorSpec>(
  tensor: T,
  declared: Declared,
  batched: boolean,
): T {
  const found = reshapeOf(declared, tensor.name);
  return found ? reshaped(tensor, found.dims, found.reshape.shape, batched) : tensor;
}

/** A model's tensor in the shape that clients are shown. */
export function toClientShape<T extends OipTensorSpec>(
  tensor: T,
  declared: Declared,
  batched: boolean,
): T {
  const found = reshapeOf(declared, tensor.name);
  return found ? reshaped(tensor, found.reshape.shape, found.dims, batched) : tensor;
}

function reshapeOf(declared: Declared, name: string) {
  const found = declared.find((each) => each.name === name);
  return found?.reshape ? { dims: found.dims, reshape: found.reshape } : undefined;
}

/** Open sizes keep their order: the first -1 of one shape is the first -1 of the other. */
function reshaped<T extends OipTensorSpec>(
  tensor: T,
  from: readonly number[],
  to: readonly number[],
  batched: boolean,
): T {
  const rows = batched ? tensor.shape.slice(0, 1) : [];
  const own = tensor.shape.slice(rows.length);
  const open = from.flatMap((size, axis) => (size === -1 ? [own[axis] ?? 1] : []));
  const inner = to.map((size) => (size === -1 ? (open.shift() ?? 1) : size));
  const product = (shape: readonly number[]): number => shape.reduce((all, size) => all * size, 1);
  if (own.length !== from.length || product(inner) !== product(own)) {
    throw new CtError(
      'CT_BAD_REQUEST',
      `Expected "${tensor.name}" in a shape that fits [${to.join(', ')}], got [${own.join(', ')}]`,
    );
  }
  return { ...tensor, shape: [...rows, ...inner] };
}
