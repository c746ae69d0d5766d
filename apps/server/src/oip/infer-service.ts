import { discardRef } from '../tensors/byte-ref.js';
import type { Scheduler } from '../inference/scheduler.js';
import type { Tensor } from '../tensors/tensor.js';
import type { ModelRepository } from '../repository/model-repository.js';
import type { RepositoryModel } from '../repository/repository-model.js';
import { checkRequest } from './check-request.js';
import type { InferCall } from './read-infer-request.js';

interface InferServiceOptions {
  readonly repository: ModelRepository;
  readonly scheduler: Scheduler;
  /** Longest time that a request may take, in milliseconds. */
  readonly timeoutMs: number;
}

export interface Inferred {
  readonly model: RepositoryModel;
  /** With the binary flag that was asked for. Who asked removes those that are files. */
  readonly outputs: readonly { readonly tensor: Tensor; readonly binary: boolean }[];
}

/** Inference as the Open Inference Protocol has it, for REST and gRPC alike. */
export class InferService {
  constructor(private readonly options: InferServiceOptions) {}

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
    const { repository, scheduler, timeoutMs } = this.options;
    const received = performance.now();
    try {
      return await repository.use(name, version, async (model) => {
        const wanted =
          call.outputs.length > 0
            ? call.outputs
            : model.outputs.map((spec) => ({ name: spec.name, binary: call.binaryByDefault }));
        const outputs = wanted.map((each) => each.name);
        checkRequest(model, call.inputs, outputs);
        const answer = await scheduler.submit({
          model,
          // In the model's order, so that requests that differ only in order share a batch.
          inputs: model.inputs.map((spec) => call.inputs.find((each) => each.name === spec.name)!),
          outputs,
          priority: call.priority > 0 ? call.priority : defaultPriority(model),
          deadline: received + Math.min(timeoutMs, call.timeoutMs ?? Infinity),
          signal,
        });
        return {
          model,
          outputs: answer.outputs.map((tensor, index) => ({
            tensor,
            binary: wanted[index]!.binary,
          })),
        };
      });
    } finally {
      for (const { data } of call.inputs) discardRef(data);
    }
  }
}

function defaultPriority({ config }: RepositoryModel): number {
  return Math.max(1, config.dynamic_batching?.default_priority_level ?? 1);
}
