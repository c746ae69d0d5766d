import { CtError } from '@groundglass/core/browser';

/**
 * The data types of the Open Inference Protocol, with the bytes of one element. `BYTES` elements have no fixed size: each is a
 * 4-byte little-endian length and then its bytes.
 */
export const oipDatatypes = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  BF16: 2,
  FP32: 4,
  FP64: 8,
  BYTES: undefined,
} as const;

export type OipDatatype = keyof typeof oipDatatypes;

export const oipDatatypeNames = Object.keys(oipDatatypes) as [OipDatatype, ...OipDatatype[]];

/** An input or output as declared by a model, where -1 stands for any size, or the head of a tensor. */
export interface OipTensorSpec {
  readonly name: string;
  readonly datatype: OipDatatype;
  readonly shape: readonly number[];
}

/** More elements than this do not fit one body, whatever their type. */
const maximumElements = 2 ** 40;

/**
 * The product of a shape.
 *
 * @throws {CtError} `CT_BAD_REQUEST` for a dimension that is not a non-negative integer, or an overflowing product.
 */
export function elementCount(name: string, shape: readonly number[]): number {
  let count = 1;
  for (const dimension of shape) {
    if (!Number.isSafeInteger(dimension) || dimension < 0) {
      throw new CtError(
        'CT_BAD_REQUEST',
        `Expected whole dimensions from 0 in the shape of "${name}", got ${dimension}`,
      );
    }
    count *= dimension;
    if (count > maximumElements) {
      throw new CtError(
        'CT_BAD_REQUEST',
        `Expected a shape of "${name}" with fewer than 2^40 elements, got ${formatShape(shape)}`,
      );
    }
  }
  return count;
}

function formatShape(shape: readonly number[]): string {
  return `[${shape.slice(0, 16).join(', ')}${shape.length > 16 ? ', …' : ''}]`;
}

/**
 * Checks that a fixed-size tensor's bytes match its shape.
 *
 * @throws {CtError} `CT_BAD_REQUEST` with both numbers.
 */
export function checkByteLength(spec: OipTensorSpec, length: number): void {
  const size = oipDatatypes[spec.datatype];
  const count = elementCount(spec.name, spec.shape);
  if (size === undefined) {
    // Each BYTES element has at least its length prefix; `splitBytesElements` checks the rest.
    if (length < 4 * count) throw wrongSize(spec, `at least ${4 * count}`, length);
  } else if (length !== size * count) {
    throw wrongSize(spec, String(size * count), length);
  }
}

function wrongSize(spec: OipTensorSpec, expected: string, got: number): CtError {
  return new CtError(
    'CT_BAD_REQUEST',
    `Expected ${expected} bytes for "${spec.name}" of ${spec.datatype} ${formatShape(spec.shape)}, got ${got}`,
  );
}
