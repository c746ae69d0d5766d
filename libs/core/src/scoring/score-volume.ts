import type { Prediction } from '../contracts/prediction.js';
import type { CtVolume } from '../contracts/volume.js';
import { withheldCodes, type WithheldCode } from '../contracts/withheld-codes.js';
import { lesionFraction } from '../masks/lesion-fraction.js';
import { aggregate } from './aggregate.js';
import type { SliceScore } from './score-slice.js';
import type { ScoringRule } from './scoring-rule.js';

/** What the header says about the file as a whole. */
export type VolumeFacts = Pick<CtVolume, 'view' | 'acquisition' | 'warnings'>;

/** The part of a prediction that is computed from the slices. */
export type VolumeScore = Pick<
  Prediction,
  'label' | 'withheld' | 'probability' | 'threshold' | 'aggregation' | 'lesionFraction' | 'slices'
>;

/** DICOM modalities that may hold a slice of a CT: the scan, a capture of it, and "other". */
const ctModalities = ['CT', 'SC', 'OT'];
/** DICOM body parts that are no chest. Adjacent parts are not listed: tags often describe the whole examination. */
const otherParts =
  /^(HEAD|BRAIN|SKULL|IAC|SINUS|PELVIS|HIP|LEG|KNEE|ANKLE|FOOT|HAND|WRIST|ELBOW|EXTREMITY)$/;
/** If more than this share of the slices with lung have a reason against them, the volume has it too. */
const mostAgainst = 0.5;

/**
 * Aggregates slices to a verdict. A volume is scored by the slices that count: they show enough lung, and nothing speaks against them.
 * If none counts the score is that of all, and the label is withheld.
 *
 * @param scores at least one, in the order of the slices.
 * @throws {CtError} `CT_MODEL_INVALID` for a rule that `aggregate` does not know.
 */
export function scoreVolume(
  scores: readonly SliceScore[],
  facts: VolumeFacts,
  rule: ScoringRule,
): VolumeScore {
  const isOne = scores.length === 1;
  const counted = scores.filter(({ slice }) => slice.counted);
  const judged = counted.length > 0 ? counted : scores;
  const probability = aggregate(
    rule.aggregation,
    judged.map(({ slice }) => slice.probability),
  );
  const threshold = isOne ? rule.threshold : rule.volumeThreshold;
  const reasons = new Set([
    ...reasonsOfHeader(facts),
    ...(isOne ? scores[0]!.withheld : reasonsOfSlices(scores)),
  ]);
  const withheld = withheldCodes.filter((code) => reasons.has(code));
  const [negative, positive] = rule.labels;
  return {
    label: withheld.length > 0 ? null : probability >= threshold ? positive : negative,
    withheld,
    probability,
    threshold,
    aggregation: isOne ? null : rule.aggregation,
    lesionFraction: lesionFraction(judged.map(({ counts }) => counts)),
    slices: scores.map(({ slice }) => slice),
  };
}

function reasonsOfHeader({ view, acquisition, warnings }: VolumeFacts): WithheldCode[] {
  const { modality, bodyPart, imageType } = acquisition;
  const has = (code: string): boolean => warnings.some((warning) => warning.code === code);
  const reasons: WithheldCode[] = [];
  if ((modality !== null && !ctModalities.includes(modality.toUpperCase())) || has('NOT_CT'))
    reasons.push('NOT_CT');
  if ((view !== null && view !== 'axial') || has('NOT_AXIAL') || has('LOCALIZER'))
    reasons.push('NOT_AXIAL');
  else if (imageType.some((part) => part.toUpperCase() === 'LOCALIZER')) reasons.push('NOT_AXIAL');
  if (otherParts.test(bodyPart?.trim().toUpperCase() ?? '')) reasons.push('NOT_CHEST');
  return reasons;
}

/** Reasons that most of the slices with lung have; that no slice has enough lung is one too. */
function reasonsOfSlices(scores: readonly SliceScore[]): WithheldCode[] {
  const withLung = scores.filter(({ withheld }) => !withheld.includes('NO_LUNG'));
  if (withLung.length === 0) return ['NO_LUNG'];
  const against = withheldCodes.filter((code) => {
    const share = withLung.filter(({ withheld }) => withheld.includes(code)).length;
    return share > mostAgainst * withLung.length;
  });
  const isCounted = scores.some(({ slice }) => slice.counted);
  return against.length > 0 || isCounted ? against : ['NO_LUNG'];
}
