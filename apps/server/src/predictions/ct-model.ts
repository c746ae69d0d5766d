import { aggregate, CtError, defaultAggregation, labels } from '@groundglass/core';
import type { ModelSummary } from '@groundglass/client';
import type { RepositoryModel } from '../repository/repository-model.js';

/** What `/v1` needs to know of a model that follows the contract of Groundglass. */
export interface CtModel {
  readonly served: RepositoryModel;
  readonly trained: boolean;
  readonly threshold: number;
  readonly aggregation: string;
}

/** Whether a model takes `image` `[N, 1, H, W]` and gives `probability` and `mask`, all of FP32. */
export function isCtModel({ inputs, outputs }: RepositoryModel): boolean {
  const [image] = inputs;
  const has = (name: string, rank: number): boolean =>
    outputs.some(
      (each) => each.name === name && each.datatype === 'FP32' && each.shape.length === rank,
    );
  return (
    inputs.length === 1 &&
    image?.name === 'image' &&
    image.datatype === 'FP32' &&
    image.shape.length === 4 &&
    has('probability', 2) &&
    has('mask', 4)
  );
}

/** @throws {CtError} `CT_MODEL_INVALID` when the model does not follow the contract or its metadata is not valid. */
export function toCtModel(served: RepositoryModel): CtModel {
  if (!isCtModel(served)) {
    throw new CtError(
      'CT_MODEL_INVALID',
      'Expected a model with input "image" and outputs "probability" and "mask"; others answer under /v2',
    );
  }
  const { metadata, config } = served;
  const threshold = Number(metadata.get('threshold') ?? 0.5);
  if (!(threshold >= 0 && threshold <= 1)) {
    throw new CtError(
      'CT_MODEL_INVALID',
      'Expected a threshold from 0 to 1 in the metadata of the model',
    );
  }
  const aggregation =
    config.parameters.aggregation?.string_value ??
    metadata.get('aggregation') ??
    defaultAggregation;
  aggregate(aggregation, [0]);
  return { served, trained: metadata.get('trained') === 'true', threshold, aggregation };
}

export function summarise({ served, trained, threshold, aggregation }: CtModel): ModelSummary {
  const { name, version, sha256, metadata } = served;
  return {
    name,
    version,
    sha256,
    trained,
    threshold,
    labels: [...labels],
    aggregation,
    metadata: Object.fromEntries(metadata),
  };
}
