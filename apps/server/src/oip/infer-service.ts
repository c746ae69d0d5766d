import { discardRef } from '../tensors/byte-ref.js';
import type { Scheduler } from '../inference/scheduler.js';
import type { Tensor } from '../tensors/tensor.js';
import type { ModelRepository } from '../repository/model-repository.js';
import type { RepositoryModel } from '../repository/repository-model.js';
import { checkRequest } from './check-request.js';
import { toClientShape, toModelShape } from '../repository/reshapes.js';
import { classify } from './classify.js';
import type { InferCall, WantedOutput } from './read-infer-request.js';

interface InferServiceOptions {
  readonly repository: ModelRepository;
  readonly scheduler: Scheduler;
  /** Longest time that a request may take, in milliseconds. */
  readonly timeoutMs: number;
}

export interface Inferred {
  readonly model: RepositoryModel;
  /** With the requested binary flag. The caller removes those that are files. */
  readonly outputs: readonly { readonly tensor: Tensor; readonly binary: boolean }[];
}

/** Open Inference Protocol inference, for both REST and gRPC. */
export class InferService {
  readonly #options: InferServiceOptions;

  constructor(options: InferServiceOptions) {
    this.#options = options;
  }

  /**
   * Runs a call and removes the files behind its inputs.
   *
   * @throws {CtError} `CT_MODEL_NOT_FOUND`, `CT_BAD_REQUEST`, and what the scheduler throws.
   */
  async infer(
    name: string,
    version: string | undefined,
    call: InferCall,
    signal: AbortSignal,
  ): Promise<Inferred> {
    const { repository, scheduler, timeoutMs } = this.#options;
    const received = performance.now();
    try {
      return await repository.use(name, version, async (model) => {
        const wanted =
          call.outputs.length > 0
            ? call.outputs
            : model.outputs.map((spec): WantedOutput => ({
                name: spec.name,
                binary: call.binaryByDefault,
              }));
        const outputs = wanted.map((each) => each.name);
        checkRequest(model, call.inputs, outputs);
        const answer = await scheduler.submit({
          model,
          // In the model's order, so that requests that differ only in order share a batch.
          inputs: model.inputs.map((spec) => {
            const given = call.inputs.find((each) => each.name === spec.name)!;
            return toModelShape(given, model.config.input, model.maxBatchSize > 0);
          }),
          outputs,
          priority: call.priority > 0 ? call.priority : defaultPriority(model),
          deadline: received + Math.min(timeoutMs, call.timeoutMs ?? Infinity),
          signal,
        });
        return { model, outputs: await finish(model, answer.outputs, wanted) };
      });
    } finally {
      for (const { data } of call.inputs) discardRef(data);
    }
  }
}

/** The tensors as requested: some as their highest classes. */
async function finish(
  model: RepositoryModel,
  tensors: readonly Tensor[],
  wanted: readonly WantedOutput[],
): Promise<Inferred['outputs']> {
  try {
    return await Promise.all(
      tensors.map(async (computed, index) => {
        const { name, binary, classes } = wanted[index]!;
        const tensor = toClientShape(computed, model.config.output, model.maxBatchSize > 0);
        if (classes === undefined) return { tensor, binary };
        const labels = model.outputLabels.get(name) ?? [];
        const classified = await classify(tensor, classes, model.maxBatchSize > 0, labels);
        discardRef(tensor.data);
        return { tensor: classified, binary };
      }),
    );
  } catch (error) {
    for (const { data } of tensors) discardRef(data);
    throw error;
  }
}

function defaultPriority({ config }: RepositoryModel): number {
  return Math.max(1, config.dynamic_batching?.default_priority_level ?? 1);
}
