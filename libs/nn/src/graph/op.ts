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

/**
 * One kind of operation with its attributes: shape rule, ONNX form and gradient. An op is one file; its tfjs form lies beside
 * it in the table of the tfjs engine.
 */
export interface Op {
  readonly name: string;
  /** Attributes that another engine needs. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** No gradient passes through it. */
  readonly detached?: true;
  /** @throws {ShapeError} when the inputs do not fit. */
  shape(inputs: readonly Shape[]): Shape;
  forward(context: ForwardContext): ForwardResult;
  /** Gradients by input; undefined where none was wanted or the op has none. */
  backward(context: BackwardContext): (string | undefined)[];
}
