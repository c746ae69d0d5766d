import { sizeOf } from '../graph/shape.js';
import type { WrittenStep } from '../train/write-step.js';
import type { NamedTensors } from '../weights/named-tensors.js';
import { sessionOptions, type SessionOptions } from './session-options.js';
import { InferenceSession, Tensor } from './onnx-runtime.js';

/** A step's graph on ONNX Runtime, and the tensors that each step passes to the next. */
export class StepState {
  readonly #step: WrittenStep;
  readonly #session: InferenceSession;
  #tensors: Map<string, Tensor>;

  private constructor(step: WrittenStep, session: InferenceSession, tensors: Map<string, Tensor>) {
    this.#step = step;
    this.#session = session;
    this.#tensors = tensors;
  }

  /** Loads the graph. State starts from `start`; tensors that it lacks start from 0. */
  static async create(
    step: WrittenStep,
    start: NamedTensors,
    options: SessionOptions,
  ): Promise<StepState> {
    const session = await InferenceSession.create(step.bytes, {
      ...sessionOptions(options),
      // Not "all": its blocked layout sums in another order, and in flat pictures whole regions then end up on the other side of a
      // ReLU. A gradient of one batch was 2 % off, while this level agrees with TensorFlow and with no optimisation at all to 1e-4.
      graphOptimizationLevel: 'extended',
      // One block for a whole step takes twice the memory, and the first two steps pay for its new pages.
      enableMemPattern: false,
    });
    const tensors = new Map(
      step.state.map(({ name, shape }) => {
        const data = start.get(name)?.data ?? new Float32Array(sizeOf(shape));
        return [name, new Tensor('float32', Float32Array.from(data), [...shape])];
      }),
    );
    return new StepState(step, session, tensors);
  }

  /** Runs the step and keeps the new state. */
  async run(
    inputs: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>,
  ): Promise<InferenceSession.ReturnType> {
    const feeds: Record<string, Tensor> = Object.fromEntries(this.#tensors);
    for (const [name, { shape, data }] of inputs)
      feeds[name] = new Tensor('float32', data, [...shape]);
    const results = await this.#session.run(feeds);
    this.#tensors = new Map(
      this.#step.state.map(({ name }) => [name, results[this.#step.outputOf.get(name)!]!]),
    );
    return results;
  }

  get(name: string): Tensor {
    return this.#tensors.get(name)!;
  }

  /** @throws {RangeError} when a tensor is missing or has another shape. */
  load(state: NamedTensors): void {
    const next = new Map<string, Tensor>();
    for (const { name, shape } of this.#step.state) {
      const tensor = state.get(name);
      if (tensor?.shape.join() !== shape.join()) {
        throw new RangeError(
          `Expected ${name} of shape ${shape.join('×')} in the checkpoint, got ${tensor?.shape.join('×') ?? 'none'}`,
        );
      }
      next.set(name, new Tensor('float32', Float32Array.from(tensor.data), [...shape]));
    }
    this.#tensors = next;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
