import { sizeOf, type Shape } from '../graph/shape.js';
import { largestHalf, toHalf } from '../weights/half.js';

/** Element types that the writer knows, with their numbers in `TensorProto.DataType`. */
export const onnxTypes = { float32: 1, int64: 7, bool: 9, float16: 10 } as const;
export type OnnxType = keyof typeof onnxTypes;

/** An attribute of an ONNX node. */
export type AttributeValue = number | string | readonly number[] | { readonly float: number };

/** One node of an ONNX graph. */
export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A constant of an ONNX graph. */
export interface OnnxInitializer {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: Shape;
  readonly data: Float32Array | BigInt64Array | Uint16Array;
}

/** Number of values from which a weight is worth storing as halves. */
const smallestHalfWeight = 1024;

/** Collects the nodes and constants of an ONNX graph; numbers names in order and stores equal constants once. */
export class OnnxEmitter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxInitializer[] = [];
  #counter = 0;
  readonly #constants = new Map<string, string>();
  readonly #memory = new Map<string, unknown>();
  /** By shape. */
  readonly #floatConstants = new Map<string, { name: string; data: Float32Array }[]>();

  /** Adds a node with one output and returns the output's name. */
  node(
    type: string,
    inputs: readonly string[],
    attributes: Record<string, AttributeValue> = {},
  ): string {
    return this.multi(type, inputs, 1, attributes)[0]!;
  }

  /** Adds a node with several outputs. */
  multi(
    type: string,
    inputs: readonly string[],
    count: number,
    attributes: Record<string, AttributeValue> = {},
  ): string[] {
    const outputs = Array.from({ length: count }, () => `${type.toLowerCase()}_${this.#counter++}`);
    this.nodes.push({ type, inputs, outputs, attributes });
    return outputs;
  }

  /** Adds a node whose output has a given name. */
  named(
    name: string,
    type: string,
    inputs: readonly string[],
    attributes: Record<string, AttributeValue> = {},
  ): string {
    this.nodes.push({ type, inputs, outputs: [name], attributes });
    return name;
  }

  /** The result of `write` for this key; `write` runs the first time only. */
  once<T>(key: string, write: () => T): T {
    if (!this.#memory.has(key)) this.#memory.set(key, write());
    return this.#memory.get(key) as T;
  }

  /** A constant of floats. @throws {RangeError} when shape and values differ in number. */
  floats(values: readonly number[] | Float32Array, shape: Shape = [values.length]): string {
    const data = Float32Array.from(values);
    if (data.length !== sizeOf(shape))
      throw new RangeError(`Expected ${sizeOf(shape)} values, got ${data.length}`);
    const key = `f/${shape.join(',')}`;
    const known = this.#floatConstants.get(key) ?? [];
    const same = known.find((constant) => constant.data.every((value, i) => value === data[i]));
    if (same) return same.name;
    const name = this.#constant(undefined, { type: 'float32', shape, data });
    this.#floatConstants.set(key, [...known, { name, data }]);
    return name;
  }

  /** A scalar constant. */
  scalar(value: number): string {
    return this.floats([value], []);
  }

  /** A constant of integers, for shapes, axes and slices. */
  integers(values: readonly number[]): string {
    const data = BigInt64Array.from(values.map(BigInt));
    return this.#constant(`i/${values.join(',')}`, { type: 'int64', shape: [values.length], data });
  }

  /** A constant with its own name, such as a weight. */
  weight(name: string, shape: Shape, data: Float32Array): string {
    this.initializers.push({ name, type: 'float32', shape, data });
    return name;
  }

  /**
   * A constant like {@link weight}, stored as halves and widened by a Cast that ONNX Runtime computes once, at model load. Small
   * tensors (biases, mostly) and those with values past the largest half stay floats.
   */
  halfWeight(name: string, shape: Shape, data: Float32Array): string {
    if (data.length < smallestHalfWeight || data.some((value) => Math.abs(value) > largestHalf))
      return this.weight(name, shape, data);
    const half = `${name}.float16`;
    this.initializers.push({
      name: half,
      type: 'float16',
      shape,
      data: Uint16Array.from(data, toHalf),
    });
    return this.named(name, 'Cast', [half], { to: onnxTypes.float32 });
  }

  #constant(key: string | undefined, value: Omit<OnnxInitializer, 'name'>): string {
    const known = key === undefined ? undefined : this.#constants.get(key);
    if (known !== undefined) return known;
    const name = `constant_${this.#counter++}`;
    this.initializers.push({ name, ...value });
    if (key !== undefined) this.#constants.set(key, name);
    return name;
  }

  // The operations that most gradients consist of.

  add(a: string, b: string): string {
    return this.node('Add', [a, b]);
  }
  sub(a: string, b: string): string {
    return this.node('Sub', [a, b]);
  }
  mul(a: string, b: string): string {
    return this.node('Mul', [a, b]);
  }
  div(a: string, b: string): string {
    return this.node('Div', [a, b]);
  }
  reshape(x: string, shape: readonly number[]): string {
    return this.node('Reshape', [x, this.integers(shape)]);
  }
  transpose(x: string, perm: readonly number[]): string {
    return this.node('Transpose', [x], { perm });
  }
  matmul(a: string, b: string): string {
    return this.node('MatMul', [a, b]);
  }
  reduceSum(x: string, axes: readonly number[], keep = true): string {
    return this.node('ReduceSum', [x, this.integers(axes)], { keepdims: keep ? 1 : 0 });
  }
  reduceMean(x: string, axes: readonly number[], keep = true): string {
    return this.node('ReduceMean', [x, this.integers(axes)], { keepdims: keep ? 1 : 0 });
  }
  slice(
    x: string,
    starts: readonly number[],
    ends: readonly number[],
    axes: readonly number[],
    steps?: readonly number[],
  ): string {
    const inputs = [x, this.integers(starts), this.integers(ends), this.integers(axes)];
    return this.node('Slice', steps ? [...inputs, this.integers(steps)] : inputs);
  }
  /** Pads with zeros (negative: crops); `before` and `after` for every axis. */
  pad(x: string, before: readonly number[], after: readonly number[]): string {
    if ([...before, ...after].every((n) => n === 0)) return x;
    return this.node('Pad', [x, this.integers([...before, ...after])]);
  }
}
