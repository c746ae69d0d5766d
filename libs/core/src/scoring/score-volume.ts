import type { Prediction } from '../contracts/prediction.js';
import type { Warning } from '../contracts/warning-codes.js';
import { withheldCodes, type WithheldCode } from '../contracts/withheld-codes.js';
import { lesionFraction } from '../masks/lesion-fraction.js';
import { aggregate } from './aggregate.js';
import type { SliceScore } from './score-slice.js';
import type { ScoringRule } from './scoring-rule.js';

/** What is known of the file as a whole, besides its slices. */
export interface VolumeFacts {
  readonly warnings: readonly Warning[];
}

/** The part of a prediction that follows from the slices. */
export type VolumeScore = Pick<
  Prediction,
  'label' | 'withheld' | 'probability' | 'threshold' | 'lesionFraction' | 'slices'
>;

/**
 * Sums slices up to a verdict. Where no slice counts the score is that of all of them, and the label is withheld.
 *
 * @param scores at least one, in the order of the slices.
 * @throws {CtError} `CT_MODEL_INVALID` for a rule that `aggregate` does not know.
 */
export function scoreVolume(
  scores: readonly SliceScore[],
  { warnings }: VolumeFacts,
  rule: ScoringRule,
): VolumeScore {
  const counted = scores.filter(({ slice }) => slice.counted);
  const judged = counted.length > 0 ? counted : scores;
  const probability = aggregate(
    rule.aggregation,
    judged.map(({ slice }) => slice.probability),
  );
  const threshold = scores.length > 1 ? rule.volumeThreshold : rule.threshold;
  const reasons = new Set<WithheldCode>(
    counted.length > 0 ? [] : scores.flatMap(({ withheld }) => withheld),
  );
  if (warnings.some(({ code }) => code === 'NOT_CT')) reasons.add('NOT_CT');
  const withheld = withheldCodes.filter((code) => reasons.has(code));
  const [negative, positive] = rule.labels;
  return {
    label: withheld.length > 0 ? null : probability >= threshold ? positive : negative,
    withheld,
    probability,
    threshold,
    lesionFraction: lesionFraction(scores.map(({ counts }) => counts)),
    slices: scores.map(({ slice }) => slice),
  };
}
