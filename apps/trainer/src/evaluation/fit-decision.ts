import { CtError } from '@groundglass/core';
import type { Decision } from '@groundglass/nn';
import { fitLogisticRegression } from '@groundglass/dataset';
import type { SampleScore } from './evaluate.js';
import { TrainerError } from '../errors.js';

/** A slope per standard deviation of 1 costs half of this in summed likelihood: keeps three numbers from chasing single pictures. */
const penalty = 1;

/**
 * Fits the weights of the classification branch and the mask in the decision: a logistic regression on validation scores, in which
 * the two classes of each source weigh the same, so that no source dominates or reveals its class. A score whose weight would be
 * negative is left out.
 *
 * @throws {CtError} `CT_BAD_DATASET` if a class is missing.
 */
export function fitDecision(scores: readonly SampleScore[]): Decision {
  const labels = scores.map(({ sample }) => sample.target);
  if (new Set(labels).size < 2)
    throw new CtError('CT_BAD_DATASET', 'Expected validation samples of both classes to calibrate');
  const group = ({ sample: { source, target } }: SampleScore) => `${source}/${target}`;
  const sizes = new Map<string, number>();
  for (const score of scores) sizes.set(group(score), (sizes.get(group(score)) ?? 0) + 1);
  const counts = scores.map((score) => scores.length / sizes.size / sizes.get(group(score))!);
  const fit = (rows: number[][]) => fitLogisticRegression(rows, labels, penalty, counts);
  const heads = scores.map(({ logits }) => logits[1] - logits[0]);
  const lesions = scores.map(evidenceOf);
  const both = fit(heads.map((head, i) => [head, lesions[i]!]));
  const [head, lesion] = both.slopes as [number, number];
  if (head >= 0 && lesion >= 0) return { head, lesion, bias: both.intercept };
  const rest = fit((head < 0 ? lesions : heads).map((value) => [value]));
  const slope = Math.max(0, rest.slopes[0]!);
  return head < 0
    ? { head: 0, lesion: slope, bias: rest.intercept }
    : { head: slope, lesion: 0, bias: rest.intercept };
}

function evidenceOf({ lesionEvidence }: SampleScore): number {
  if (lesionEvidence === null)
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      'Expected a network with masks, this one is a classifier',
    );
  return lesionEvidence;
}

/** Scores of a model with this decision: the two logits are `∓` half of the decision's. */
export function decide(scores: readonly SampleScore[], decision: Decision): SampleScore[] {
  return scores.map((score) => {
    const difference = score.logits[1] - score.logits[0];
    const logit = decision.head * difference + decision.lesion * evidenceOf(score) + decision.bias;
    return {
      ...score,
      logits: [-logit / 2, logit / 2],
      probability: 1 / (1 + Math.exp(-logit)),
    };
  });
}
