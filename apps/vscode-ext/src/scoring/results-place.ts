import type { ResultsHeader } from '@groundglass/core';

/** The part of a model that its results are named after. */
export interface ScoringModel {
  readonly name: string;
  readonly version: string;
  readonly sha256: string | null;
}

/** `covid-ct.groundglass-2.predictions.jsonl`: one file for a dataset and a model. */
export function resultsName(dataset: string, { name, version }: ScoringModel): string {
  return `${slug(dataset)}.${slug(`${name}-${version}`)}.predictions.jsonl`;
}

/** The name for a model with the same version as another's but a different file. */
export function otherResultsName(dataset: string, model: ScoringModel): string {
  const { name, version, sha256 } = model;
  return resultsName(dataset, {
    ...model,
    name,
    version: `${version}-${(sha256 ?? 'unknown').slice(0, 8)}`,
  });
}

/** Whether a results file is of this model, so that a run may resume in it. */
export function isOfModel({ model }: ResultsHeader, other: ScoringModel): boolean {
  return (
    model.name === other.name && model.version === other.version && model.sha256 === other.sha256
  );
}

function slug(text: string): string {
  return text.replace(/[^\p{L}\p{N}_-]+/gu, '-').replace(/^-+|-+$/g, '') || 'dataset';
}
