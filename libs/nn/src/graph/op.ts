import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { OnnxEmitter } from '../onnx/onnx-emitter.js';
import type { Node } from './graph.js';
import type { Shape } from './shape.js';

/** `training` uses the batch's statistics and drops out; `inference` uses what was learned, and takes any batch size. */
export type Mode = 'training' | 'inference';

/** What an op's ONNX form is given: names of its inputs and their shapes. */
export interface ForwardContext {
  readonly emit: OnnxEmitter;
  readonly mode: Mode;
  readonly inputs: readonly string[];
  readonly shapes: readonly Shape[];
  readonly shape: Shape;
  readonly nodes: readonly Node[];
}

/** What an op's ONNX form makes. */
export interface ForwardResult {
  readonly output: string;
  /** Names that the gradient uses again. */
  readonly saved?: Readonly<Record<string, string>>;
  /** New values of buffers, by the buffer's input index. */
  readonly updates?: ReadonlyMap<number, string>;
}

/** What an op's gradient is given. */
export interface BackwardContext {
  readonly emit: OnnxEmitter;
  readonly inputs: readonly string[];
  readonly shapes: readonly Shape[];
  readonly shape: Shape;
  readonly output: string;
  readonly saved: Readonly<Record<string, string>>;
  /** Gradient of the loss with respect to the output. */
  readonly gradient: string;
  /** Which inputs' gradients are wanted. */
  readonly wanted: readonly boolean[];
}

/** TensorFlow.js, whichever package it came from. Ops are handed it and import its types alone: it is loaded where it is used. */
export type Tfjs = typeof TensorFlow;

/** What an op's tfjs form is given. */
export interface TfjsContext {
  readonly tf: Tfjs;
  /** Tensors of four axes, maps and kernels, are channels-last: `[N, H, W, C]` for the graph's `[N, C, H, W]`. So is the result. */
  readonly inputs: readonly TensorFlow.Tensor[];
  /** The graph's. */
  readonly shape: Shape;
  /** Takes the new value of a buffer, by its input index. */
  readonly update: (input: number, value: TensorFlow.Tensor) => void;
}

/** One kind of operation with its attributes: shape rule, ONNX form, gradient and tfjs form. An op is one file. */
export interface Op {
  readonly name: string;
  /** Attributes that rewrites of a graph read. */
  readonly attributes?: Readonly<Record<string, number>>;
  /** No gradient passes through it. */
  readonly detached?: true;
  /** Takes longer to compute again than its result is worth in memory; see `tfjsGradients`. */
  readonly costly?: true;
  /** @throws {ShapeError} when the inputs do not fit. */
  shape(inputs: readonly Shape[]): Shape;
  forward(context: ForwardContext): ForwardResult;
  /** Gradients by input; undefined where none was wanted or the op has none. */
  backward(context: BackwardContext): (string | undefined)[];
  /** The same values as `forward` in training. Its gradient is tfjs's own, and so checks ours. */
  tfjs(context: TfjsContext): TensorFlow.Tensor;
}
