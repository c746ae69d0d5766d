import type { OnnxEmitter } from '../onnx/onnx-emitter.js';
import type { Shape } from '../graph/shape.js';

/** The optimizer of a run. */
export type OptimizerConfig =
  | {
      readonly kind: 'adam' | 'adamw';
      readonly beta1?: number;
      readonly beta2?: number;
      readonly epsilon?: number;
      readonly weightDecay?: number;
    }
  | {
      readonly kind: 'sgd';
      readonly momentum?: number;
      readonly nesterov?: boolean;
      readonly weightDecay?: number;
    };

/** Names of the step's scalar inputs. */
export interface StepScalars {
  readonly learningRate: string;
  /** `1 / (1 − β₁^t)` and `1 / (1 − β₂^t)` of Adam's step t, from 1. */
  readonly correction1: string;
  readonly correction2: string;
}

/** New parameter and new moments. */
export interface Update {
  readonly parameter: string;
  readonly moments: readonly string[];
}

/** Moments that an optimizer keeps for each parameter. */
export function momentNames(config: OptimizerConfig): readonly string[] {
  if (config.kind === 'sgd') return (config.momentum ?? 0) > 0 ? ['momentum'] : [];
  return ['mean', 'variance'];
}

/**
 * Writes one parameter's update, as PyTorch's optimizers compute it. Adam (Kingma & Ba 2015) adds weight decay to the gradient, AdamW
 * (Loshchilov & Hutter 2019) shrinks the parameter separately from the step. Biases and normalisation are not decayed: they are vectors.
 */
export function emitUpdate(
  emit: OnnxEmitter,
  config: OptimizerConfig,
  scalars: StepScalars,
  variable: UpdatedVariable,
): Update {
  const { shape } = variable;
  const flat = withoutEndingOnes(shape);
  if (flat.length === shape.length) return emitFlatUpdate(emit, config, scalars, variable);
  const reshaped = (name: string) => emit.reshape(name, flat);
  const { parameter, moments } = emitFlatUpdate(emit, config, scalars, {
    parameter: reshaped(variable.parameter),
    gradient: reshaped(variable.gradient),
    moments: variable.moments.map(reshaped),
    shape,
  });
  const back = (name: string) => emit.reshape(name, shape);
  return { parameter: back(parameter), moments: moments.map(back) };
}

/** `[O, C, 1, 1]` as `[O, C]`: ONNX Runtime broadcasts a scalar over shapes that end in ones one value at a time. */
export function withoutEndingOnes(shape: Shape): Shape {
  return shape.slice(0, Math.max(1, shape.findLastIndex((size) => size !== 1) + 1));
}

/** A variable with the inputs of its update. */
interface UpdatedVariable {
  readonly parameter: string;
  readonly gradient: string;
  readonly moments: readonly string[];
  /** The variable's own. */
  readonly shape: Shape;
}

function emitFlatUpdate(
  emit: OnnxEmitter,
  config: OptimizerConfig,
  scalars: StepScalars,
  { parameter, gradient, moments, shape }: UpdatedVariable,
): Update {
  const decay = shape.length > 1 ? (config.weightDecay ?? 0) : 0;
  const decayed = (g: string) =>
    decay === 0 ? g : emit.add(g, emit.mul(parameter, emit.scalar(decay)));
  if (config.kind === 'sgd') {
    const g = decayed(gradient);
    const momentum = config.momentum ?? 0;
    if (momentum === 0)
      return { parameter: emit.sub(parameter, emit.mul(g, scalars.learningRate)), moments: [] };
    const velocity = emit.add(emit.mul(moments[0]!, emit.scalar(momentum)), g);
    const step =
      config.nesterov === true ? emit.add(g, emit.mul(velocity, emit.scalar(momentum))) : velocity;
    return {
      parameter: emit.sub(parameter, emit.mul(step, scalars.learningRate)),
      moments: [velocity],
    };
  }
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = config;
  const g = config.kind === 'adam' ? decayed(gradient) : gradient;
  const blend = (moment: string, beta: number, value: string) =>
    emit.add(emit.mul(moment, emit.scalar(beta)), emit.mul(value, emit.scalar(1 - beta)));
  const mean = blend(moments[0]!, beta1, g);
  const variance = blend(moments[1]!, beta2, emit.mul(g, g));
  const root = emit.node('Sqrt', [emit.mul(variance, scalars.correction2)]);
  const step = emit.div(emit.mul(mean, scalars.correction1), emit.add(root, emit.scalar(epsilon)));
  let next = emit.sub(parameter, emit.mul(step, scalars.learningRate));
  if (config.kind === 'adamw' && decay > 0) {
    next = emit.sub(next, emit.mul(parameter, emit.mul(scalars.learningRate, emit.scalar(decay))));
  }
  return { parameter: next, moments: [mean, variance] };
}
