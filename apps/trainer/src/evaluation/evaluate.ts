import { inspectSlice, placeMask, scoreSlice, type WithheldCode } from '@groundglass/core';
import type { TargetSample } from '@groundglass/dataset';
import { dice, maskOverlap, rocAuc, type MaskOverlap } from '@groundglass/metrics';
import { lesionEvidence, type InferenceResult, type OnnxInference } from '@groundglass/nn';
import { loadSample, type LoadedSample, type LoadOptions } from '../batches/load-sample.js';

/** The model's result for one sample. */
export interface SampleScore {
  readonly sample: TargetSample;
  /** Of covid. */
  readonly probability: number;
  /** Non-covid, covid. */
  readonly logits: readonly [number, number];
  /** How much of the model's picture its mask marks, see `lesionEvidence`; null for a classifier. */
  readonly lesionEvidence: number | null;
  /** Dice of the mask at 0.5 against the sample's, in the model's crop at the picture's own size; undefined without a mask. */
  readonly dice: number | undefined;
  readonly overlap: MaskOverlap | undefined;
  /** Where the mask lies; if lungs were requested and found. */
  readonly places?: PlacedPixels;
  /** The verdict of a server; if requested. */
  readonly verdict?: SampleVerdict;
}

/** Whether a sample's label may be shown, and how much of the lungs its mask marks. */
export interface SampleVerdict {
  readonly withheld: readonly WithheldCode[];
  /** Null if no lung was found, and for a classifier. */
  readonly lesionFraction: number | null;
}

/** Pixels of the model's picture at its own size that its mask marks at 0.5. */
export interface PlacedPixels {
  readonly marked: number;
  readonly outsideLungs: number;
  readonly outsideHull: number;
  /** Share of the lungs that is marked. */
  readonly covered: number;
}

/** Scores of a split, and the metrics that it allows. */
export interface Evaluation {
  readonly scores: readonly SampleScore[];
  /** Area under the ROC curve with covid as positive; null if a class is missing. */
  readonly auc: number | null;
  /** Of each source that has both classes: AUC of the probability, and of the lesion evidence alone. */
  readonly bySource: Readonly<Record<string, SourceAuc>>;
  /** Share of right labels at a probability of 0.5. */
  readonly accuracy: number | null;
  /** Mean negative log-likelihood of the labels. */
  readonly crossEntropy: number | null;
  /** Mean Dice over the samples that have a mask. */
  readonly dice: number | null;
}

/** How well the two scores of a model rank one source's samples. */
export interface SourceAuc {
  readonly probability: number;
  /** Null for a classifier. */
  readonly lesionEvidence: number | null;
}

/** How samples are scored. */
export interface EvaluationOptions extends LoadOptions {
  /** Sources left out of AUC, accuracy and cross-entropy: their labels were not trained on. */
  readonly segmentationOnly?: readonly string[];
  /** Also judge, as a server does, whether the label may be shown. */
  readonly verdicts?: boolean;
  /** Provides known scores, and stores the others. */
  readonly store?: ScoreStore;
  readonly signal?: AbortSignal;
  readonly onSample?: (done: number) => void;
}

/** Stores scores while they are made, so that a stopped evaluation can resume. */
export interface ScoreStore {
  find: (sample: TargetSample) => Promise<SampleScore | undefined>;
  add: (score: SampleScore) => Promise<void>;
}

/**
 * Scores samples one by one with an exported model, at their own size, as a server does.
 *
 * @throws {CtError} when a sample cannot be decoded, or `CT_CANCELLED`.
 */
export async function evaluate(
  model: OnnxInference,
  samples: readonly TargetSample[],
  options: EvaluationOptions,
): Promise<Evaluation> {
  const scores: SampleScore[] = [];
  for (const sample of samples) {
    options.signal?.throwIfAborted();
    const known = await options.store?.find(sample);
    const score = known ?? (await scoreSample(model, sample, options));
    if (!known) await options.store?.add(score);
    scores.push(score);
    options.onSample?.(scores.length);
  }
  return summarise(scores, options.segmentationOnly);
}

async function scoreSample(
  model: OnnxInference,
  sample: TargetSample,
  options: EvaluationOptions,
): Promise<SampleScore> {
  const whole = options.verdicts ?? false;
  const loaded = await loadSample(sample, { ...options, whole });
  const { image, mask, lungs, hull } = loaded;
  const outputs = await model.run(image.data, image);
  const { probability, logits, mask: lesions, maskSize } = outputs;
  const scored = {
    sample,
    probability: probability[0]!,
    logits: [logits[0]!, logits[1]!] as const,
    lesionEvidence: lesions ? lesionEvidence(lesions) : null,
    ...(loaded.whole ? { verdict: judge(loaded.whole, outputs) } : {}),
  };
  if (!lesions || (!mask && !lungs)) return { ...scored, dice: undefined, overlap: undefined };
  const { columns, rows } = image;
  const size = { columns: maskSize, rows: maskSize };
  const placed = placeMask(lesions, size, { left: 0, top: 0, columns, rows }, { columns, rows });
  const predicted = Uint8Array.from(placed, (value) => (value >= 0.5 ? 1 : 0));
  const places = lungs && hull ? { places: countPlaces(predicted, lungs.data, hull.data) } : {};
  if (!mask) return { ...scored, ...places, dice: undefined, overlap: undefined };
  const reference = Uint8Array.from(mask.data, (value) => (value > 0 ? 1 : 0));
  const overlap = maskOverlap(reference, predicted);
  return { ...scored, ...places, dice: dice(overlap), overlap };
}

function judge(
  { slice, cropBox }: NonNullable<LoadedSample['whole']>,
  outputs: InferenceResult,
): SampleVerdict {
  const { mask, maskSize: side } = outputs;
  const distance = outputs.distance?.[0] ?? null;
  if (mask) {
    const maskSize = { columns: side, rows: side };
    const probability = outputs.probability[0]!;
    const score = scoreSlice(
      slice,
      cropBox,
      { probability, mask, maskSize, distance },
      { withMask: false },
    );
    return { withheld: score.withheld, lesionFraction: score.slice.lesionFraction };
  }
  const { reasons } = inspectSlice(slice);
  const unlike = distance !== null && !(distance <= 1);
  return { withheld: unlike ? [...reasons, 'UNLIKE_TRAINING'] : reasons, lesionFraction: null };
}

function countPlaces(predicted: Uint8Array, lungs: Float32Array, hull: Float32Array): PlacedPixels {
  let [marked, outsideLungs, outsideHull, lung, markedLung] = [0, 0, 0, 0, 0];
  for (let i = 0; i < predicted.length; i++) {
    const inLung = lungs[i]! > 0;
    if (inLung) lung++;
    if (predicted[i] === 0) continue;
    marked++;
    if (inLung) markedLung++;
    else outsideLungs++;
    if (!(hull[i]! > 0)) outsideHull++;
  }
  return { marked, outsideLungs, outsideHull, covered: lung > 0 ? markedLung / lung : 0 };
}

/** Metrics of scores; null for a metric that the split does not allow. */
export function summarise(
  scores: readonly SampleScore[],
  segmentationOnly: readonly string[] = [],
): Evaluation {
  const labelled = scores.filter(({ sample }) => !segmentationOnly.includes(sample.source));
  const labels = labelled.map(({ sample }) => sample.target);
  const probabilities = labelled.map(({ probability }) => probability);
  const hasBoth = labels.includes(0) && labels.includes(1);
  const dices = scores.map((score) => score.dice).filter((value) => value !== undefined);
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    scores,
    bySource: aucBySource(labelled),
    auc: hasBoth ? rocAuc(labels, probabilities) : null,
    accuracy:
      labelled.length > 0
        ? mean(probabilities.map((p, i) => ((p >= 0.5 ? 1 : 0) === labels[i] ? 1 : 0)))
        : null,
    crossEntropy:
      labelled.length > 0
        ? mean(probabilities.map((p, i) => -Math.log(Math.max(1e-7, labels[i] === 1 ? p : 1 - p))))
        : null,
    dice: dices.length > 0 ? mean(dices) : null,
  };
}

function aucBySource(scores: readonly SampleScore[]): Record<string, SourceAuc> {
  const result: Record<string, SourceAuc> = {};
  for (const source of new Set(scores.map(({ sample }) => sample.source))) {
    const own = scores.filter(({ sample }) => sample.source === source);
    const labels = own.map(({ sample }) => sample.target);
    if (new Set(labels).size < 2) continue;
    const evidence = own.map((score) => score.lesionEvidence).filter((value) => value !== null);
    result[source] = {
      probability: rocAuc(
        labels,
        own.map(({ probability }) => probability),
      ),
      lesionEvidence: evidence.length === own.length ? rocAuc(labels, evidence) : null,
    };
  }
  return result;
}

/**
 * The criterion of the best epoch: the mean of AUC and Dice, as far as the validation split allows them. Each source's AUC weighs
 * the same; pooled over all sources it would measure how they differ.
 */
export function selectionScore({
  auc,
  dice,
  crossEntropy,
  bySource,
}: Pick<Evaluation, 'auc' | 'dice' | 'crossEntropy' | 'bySource'>): number {
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const each = Object.values(bySource).map(({ probability }) => probability);
  const known = [each.length > 0 ? mean(each) : auc, dice].filter((value) => value !== null);
  return known.length === 0 ? -(crossEntropy ?? Infinity) : mean(known);
}
