import { CtError, readScoringRule, type ScoringRule } from '@groundglass/core';
import type { ModelSummary } from '@groundglass/client';
import type { RepositoryModel } from '../repository/repository-model.js';

/** What `/v1` needs to know of a model that follows the contract of Groundglass. */
export interface CtModel {
  readonly served: RepositoryModel;
  /** Null where its metadata do not say. */
  readonly trained: boolean | null;
  readonly rule: ScoringRule;
  /** Names of the outputs to ask for: `probability`, `mask`, and `distance` where the model has it. */
  readonly outputs: readonly string[];
}

/** Whether a model takes `image` `[N, 1, H, W]` and gives `probability` and `mask`, all of FP32. */
export function isCtModel(served: RepositoryModel): boolean {
  const { inputs } = served;
  const [image] = inputs;
  return (
    inputs.length === 1 &&
    image?.name === 'image' &&
    image.datatype === 'FP32' &&
    image.shape.length === 4 &&
    hasOutput(served, 'probability', 2) &&
    hasOutput(served, 'mask', 4)
  );
}

function hasOutput({ outputs }: RepositoryModel, name: string, rank: number): boolean {
  return outputs.some(
    (each) => each.name === name && each.datatype === 'FP32' && each.shape.length === rank,
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
  const trained = served.metadata.get('trained');
  return {
    served,
    trained: trained === undefined ? null : trained === 'true',
    rule: ruleOf(served),
    outputs: ['probability', 'mask', ...(hasOutput(served, 'distance', 2) ? ['distance'] : [])],
  };
}

/** The rule of a model: `config.pbtxt` overrides the file's own metadata, so that it can be changed without the file. */
function ruleOf({ metadata, config, labels }: RepositoryModel): ScoringRule {
  return readScoringRule(
    (name) =>
      config.parameters[name]?.string_value ??
      metadata.get(name) ??
      (name === 'labels' && labels.length === 2 ? labels.join(',') : undefined),
  );
}

export function summarise({ served, trained, rule }: CtModel): ModelSummary {
  const { name, version, sha256, metadata } = served;
  const { labels, threshold, volumeThreshold, aggregation } = rule;
  return {
    name,
    version,
    sha256,
    trained,
    threshold,
    volumeThreshold,
    labels: [...labels],
    aggregation,
    metadata: Object.fromEntries(metadata),
  };
}
