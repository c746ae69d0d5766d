import type { OipClient } from '@groundglass/client';
import {
  aggregate,
  countLesion,
  CtError,
  defaultAggregation,
  encodeMask,
  lesionFraction,
  mergeWarnings,
  lungMask,
  placeMask,
  startingAt,
  toModelInput,
  type CtVolume,
  type LesionCounts,
  type ModelInput,
  type Prediction,
  type SlicePrediction,
} from '@groundglass/core';
import type { PredictProgress } from './predict-progress.js';

/** What to score, and with which model of the server. */
export interface OipPredictRequest {
  readonly model: { readonly name: string; readonly version: string };
  readonly volume: CtVolume;
  /** The slice to score first. */
  readonly startAt: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PredictProgress) => void;
}

/** Decision threshold and lesion threshold: the protocol does not carry those of the model. */
const threshold = 0.5;
/** Slices under way: one is prepared here while the server computes another. */
const lanes = 2;

/**
 * Predicts with a server that speaks the Open Inference Protocol alone (Triton, KServe): what a Groundglass server does around the
 * model is done here, with the same functions.
 *
 * @throws {CtError} what the server answers, `CT_UNREACHABLE`, `CT_CANCELLED`, `CT_INFERENCE_FAILED`, or what decoding throws.
 */
export async function predictOverOip(
  client: Pick<OipClient, 'scoreSlice'>,
  { model, volume, startAt, signal, onProgress }: OipPredictRequest,
): Promise<Prediction> {
  const started = performance.now();
  const total = volume.sliceCount;
  const results: { slice: SlicePrediction; counts: LesionCounts; input: ModelInput }[] = [];
  const times = { decode: 0, infer: 0 };
  const left = startingAt(
    Array.from({ length: total }, (_, index) => index),
    startAt,
  );
  const scoreNext = async (): Promise<void> => {
    for (let index = left.shift(); index !== undefined; index = left.shift()) {
      const before = performance.now();
      const ct = await volume.slice(index, signal);
      const input = toModelInput(ct, { crop: 'none' });
      const asked = performance.now();
      const score = await client.scoreSlice(model.name, input, { version: model.version, signal });
      times.decode += asked - before;
      times.infer += performance.now() - asked;
      if (!(score.probability >= 0 && score.probability <= 1)) {
        throw new CtError(
          'CT_INFERENCE_FAILED',
          'Expected a probability from 0 to 1 of the model, the server sent another value',
        );
      }
      const { mask } = score;
      const placed = placeMask(mask.data, mask, input.cropBox, ct);
      const counts = countLesion(placed, lungMask(ct), threshold);
      const slice = {
        index,
        probability: score.probability,
        lesionFraction: lesionFraction([counts]),
        mask: encodeMask(mask.data, mask.columns, mask.rows),
      };
      results.push({ slice, counts, input });
      onProgress({ done: results.length, total, slice });
    }
  };
  await Promise.all(
    Array.from({ length: lanes }, () =>
      scoreNext().catch((error: unknown) => {
        // The other one stops as well.
        left.length = 0;
        throw error;
      }),
    ),
  );
  results.sort((a, b) => a.slice.index - b.slice.index);
  const { window, huLost } = results[0]!.input;
  const probability = aggregate(
    defaultAggregation,
    results.map(({ slice }) => slice.probability),
  );
  return {
    id: `oip-${Math.round(performance.timeOrigin + started)}`,
    label: probability >= threshold ? 'covid' : 'non-covid',
    probability,
    threshold,
    lesionFraction: lesionFraction(results.map(({ counts }) => counts)),
    slices: results.map(({ slice }) => slice),
    // The protocol has no checksum of a model, and does not say whether it is trained.
    model: { ...model, sha256: '0'.repeat(64), trained: true },
    preprocessing: {
      window: window ? { center: window.center, width: window.width } : null,
      crop: 'none',
      huLost,
    },
    warnings: mergeWarnings(volume.warnings, [{ code: 'TRAINING_UNKNOWN' }]),
    timingsMs: { ...times, queue: 0, total: performance.now() - started },
  };
}
