import { CtError } from '@groundglass/core';
import type { CodecPool } from '../imaging-worker/codec-pool.js';
import type { ModelRepository } from '../repository/model-repository.js';
import { isCtModel, toCtModel, type CtModel } from './ct-model.js';
import type { PredictQuery } from './predict-query.js';
import {
  PredictionRun,
  type PredictAnswer,
  type PredictRequest,
  type RunOptions,
} from './prediction-run.js';

export interface PredictorOptions extends RunOptions {
  readonly repository: ModelRepository;
  readonly codecs: CodecPool;
  readonly defaultModel: string | undefined;
}

/** From an uploaded CT file to a prediction: decode, prepare, infer and finish each slice, then sum up. */
export class Predictor {
  readonly #options: PredictorOptions;

  constructor(options: PredictorOptions) {
    this.#options = options;
  }

  /** The models that `/v1` can use, those with a bad threshold or rule left out. */
  get models(): readonly CtModel[] {
    return this.#options.repository.models.flatMap((served) => {
      try {
        return isCtModel(served) ? [toCtModel(served)] : [];
      } catch {
        return [];
      }
    });
  }

  /**
   * @throws {CtError} what opening and decoding throw; `CT_MODEL_NOT_FOUND`, `CT_MODEL_INVALID`, `CT_SLICE_RANGE`,
   * `CT_BAD_REQUEST`, `CT_OVERLOADED`, `CT_TIMEOUT`, `CT_CANCELLED`, `CT_INFERENCE_FAILED`.
   */
  async predict(request: PredictRequest): Promise<PredictAnswer> {
    const { repository, codecs } = this.#options;
    const { name, version } = this.#choose(request.query);
    return repository.use(name, version, async (served) => {
      const run = new PredictionRun(this.#options, toCtModel(served), request);
      return codecs.use(request.signal, (call) => run.start(call));
    });
  }

  /**
   * Checks the query's model as {@link predict} does, before there is a file.
   *
   * @throws {CtError} `CT_MODEL_NOT_FOUND`, `CT_MODEL_INVALID`, `CT_OVERLOADED` until all models have been tried once.
   */
  checkModel(query: PredictQuery): void {
    this.modelOf(query);
  }

  /** The query's model at present. @throws {CtError} as {@link checkModel}. */
  modelOf(query: PredictQuery): CtModel {
    const { name, version } = this.#choose(query);
    return toCtModel(this.#options.repository.get(name, version));
  }

  #choose({ model, version }: PredictQuery): { name: string; version: string | undefined } {
    return { name: model ?? this.#defaultModel(), version };
  }

  #defaultModel(): string {
    const name = this.#options.defaultModel ?? this.models[0]?.served.name;
    if (name !== undefined) return name;
    this.#options.repository.refuseWhileLoading();
    throw new CtError('CT_MODEL_NOT_FOUND', 'Expected a loaded model for CT images, there is none');
  }
}
