import { CtError } from '../errors.js';
import { aggregate, defaultAggregation } from './aggregate.js';

/** How a model's outputs become a verdict; stored in the model. */
export interface ScoringRule {
  /** The model's classes; the second is the positive one. */
  readonly labels: readonly [negative: string, positive: string];
  /** Probability from which one slice is positive. */
  readonly threshold: number;
  /** Score from which a volume is positive. */
  readonly volumeThreshold: number;
  /** How a volume's score is computed from those of its slices, as {@link aggregate} reads it. */
  readonly aggregation: string;
  /** The part of a slice that the model was trained to see; see `toModelInput`. */
  readonly crop: 'none' | 'chest';
}

/** The defaults if a model does not say. */
export const defaultRule: ScoringRule = {
  labels: ['non-covid', 'covid'],
  threshold: 0.5,
  volumeThreshold: 0.5,
  aggregation: defaultAggregation,
  crop: 'none',
};

/**
 * Reads a model's rule from the metadata of its file or the parameters of its configuration: `threshold`,
 * `volume_threshold`, `aggregation`, `crop`, and `labels` (two, separated by a comma).
 *
 * @param given the value of a name; undefined if the model does not say.
 * @throws {CtError} `CT_MODEL_INVALID` for an invalid value.
 */
export function readScoringRule(given: (name: string) => string | undefined): ScoringRule {
  const share = (name: string, unset: number): number => {
    const text = given(name);
    const value = text === undefined ? unset : Number(text);
    if (text?.trim() !== '' && value >= 0 && value <= 1) return value;
    throw invalid(`${name} from 0 to 1`, text);
  };
  const threshold = share('threshold', defaultRule.threshold);
  const aggregation = given('aggregation') ?? defaultRule.aggregation;
  aggregate(aggregation, [0]);
  return {
    labels: readLabels(given('labels')),
    threshold,
    volumeThreshold: share('volume_threshold', threshold),
    aggregation,
    crop: readCrop(given('crop')),
  };
}

function readCrop(text: string | undefined): ScoringRule['crop'] {
  if (text === undefined) return defaultRule.crop;
  if (text === 'none' || text === 'chest') return text;
  throw invalid('a crop of none or chest', text);
}

function readLabels(text: string | undefined): ScoringRule['labels'] {
  if (text === undefined) return defaultRule.labels;
  const [negative, positive, ...more] = text.split(',').map((label) => label.trim());
  if (negative && positive && more.length === 0) return [negative, positive];
  throw invalid('two labels with a comma between them', text);
}

function invalid(expected: string, text: string | undefined): CtError {
  return new CtError(
    'CT_MODEL_INVALID',
    `Expected ${expected} in the metadata of the model, got "${(text ?? '').slice(0, 40)}"`,
  );
}
