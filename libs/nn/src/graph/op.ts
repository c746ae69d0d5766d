import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { OnnxEmitter } from '../onnx/onnx-emitter.js';
import type { Node } from './graph.js';
import type { Shape } from './shape.js';

/** `training` uses the batch's statistics and dropout; `inference` uses the running statistics, and takes any batch size. */
export type Mode = 'training' | 'inference';

/** Arguments of an op's ONNX form: names of its inputs and their shapes. */
export interface ForwardContext {
  readonly emit: OnnxEmitter;
  readonly mode: Mode;
  readonly inputs: readonly string[];
  readonly shapes: readonly Shape[];
  readonly shape: Shape;
  readonly nodes: readonly Node[];
}

/** Result of an op's ONNX form. */
export interface ForwardResult {
  readonly output: string;
  /** Names that the gradient reuses. */
  readonly saved?: Readonly<Record<string, string>>;
  /** New values of buffers, by the buffer's input index. */
  readonly updates?: ReadonlyMap<number, string>;
}

/** Arguments of an op's gradient. */
export interface BackwardContext {
  readonly emit: OnnxEmitter;
  readonly inputs: readonly string[];
  readonly shapes: readonly Shape[];
  readonly shape: Shape;
  readonly output: string;
  readonly saved: Readonly<Record<string, string>>;
  /** Gradient of the loss with respect to the output. */
  readonly gradient: string;
  /** Whether the gradient of each input is needed. */
  readonly wanted: readonly boolean[];
}

/** TensorFlow.js, whichever package it came from. Ops receive it and import only its types: the engine loads it. */
export type Tfjs = typeof TensorFlow;

/** Arguments of an op's tfjs form. */
export interface TfjsContext {
  readonly tf: Tfjs;
  /** Four-dimensional tensors, maps and kernels, are channels-last: `[N, H, W, C]` for the graph's `[N, C, H, W]`. So is the result. */
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
  /** Recomputing it costs more than keeping its result in memory; see `tfjsGradients`. */
  readonly costly?: true;
  /** @throws {ShapeError} when the inputs do not fit. */
  shape(inputs: readonly Shape[]): Shape;
  forward(context: ForwardContext): ForwardResult;
  /** Gradients by input; undefined if not needed or if the op has none. */
  backward(context: BackwardContext): (string | undefined)[];
  /** The same values as `forward` in training. tfjs differentiates it itself, which checks `backward`. */
  tfjs(context: TfjsContext): TensorFlow.Tensor;
}
