import type { OipClient } from '@groundglass/client';
import {
  mergeWarnings,
  readScoringRule,
  scoreSlice,
  scoreVolume,
  startingAt,
  toModelInput,
  type CtVolume,
  type ModelInput,
  type Prediction,
  type ScoringRule,
  type SliceScore,
} from '@groundglass/core';
import type { PredictProgress } from './predict-progress.js';

/** What to score, and with which model of the server. */
export interface OipPredictRequest {
  readonly model: { readonly name: string; readonly version: string };
  readonly volume: CtVolume;
  /** Name of the file, for the prediction. */
  readonly file: string;
  /** File name of each slice, if there are several files. */
  readonly files: readonly string[] | undefined;
  /** The part of a slice that the model sees; the one that it was trained on if undefined. */
  readonly crop: 'none' | 'chest' | undefined;
  /** The slice to score first. */
  readonly startAt: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PredictProgress) => void;
}

/** The part of the client that is used here. */
type OipModel = Pick<OipClient, 'scoreSlice' | 'modelMetadata' | 'modelParameters'>;

/** Slices in flight: one is prepared here while the server computes another. */
const lanes = 2;

/**
 * Predicts with a server that speaks only the Open Inference Protocol (Triton, KServe): the steps that a Groundglass server adds
 * around the model are done here, with the same functions. The rule comes from the parameters of the model's `config.pbtxt`.
 *
 * @throws {CtError} what the server answers, `CT_UNREACHABLE`, `CT_CANCELLED`, `CT_INFERENCE_FAILED`, `CT_MODEL_INVALID`, or what
 * decoding throws.
 */
export async function predictOverOip(
  client: OipModel,
  request: OipPredictRequest,
): Promise<Prediction> {
  const { model, volume, file, files, crop, startAt, signal, onProgress } = request;
  const started = performance.now();
  const { rule, trained, distance } = await readModel(client, model, signal);
  const total = volume.sliceCount;
  const results: { score: SliceScore; input: ModelInput }[] = [];
  const times = { decode: 0, infer: 0 };
  const left = startingAt(
    Array.from({ length: total }, (_, index) => index),
    startAt,
  );
  const scoreNext = async (): Promise<void> => {
    for (let index = left.shift(); index !== undefined; index = left.shift()) {
      const before = performance.now();
      const ct = await volume.slice(index, signal);
      const input = toModelInput(ct, { crop: crop ?? rule.crop });
      const asked = performance.now();
      const answer = await client.scoreSlice(model.name, input, {
        version: model.version,
        signal,
        distance,
      });
      times.decode += asked - before;
      times.infer += performance.now() - asked;
      const { mask } = answer;
      const outputs = { ...answer, mask: mask.data, maskSize: mask };
      const score = scoreSlice(ct, input.cropBox, outputs, {
        withMask: true,
        file: files?.[index],
      });
      const { slice } = score;
      results.push({ score, input });
      onProgress({ done: results.length, total, slice });
    }
  };
  await Promise.all(
    Array.from({ length: lanes }, () =>
      scoreNext().catch((error: unknown) => {
        // The other lane stops as well.
        left.length = 0;
        throw error;
      }),
    ),
  );
  results.sort((a, b) => a.score.slice.index - b.score.slice.index);
  const { window, huLost } = results[0]!.input;
  return {
    id: `oip-${Math.round(performance.timeOrigin + started)}`,
    file,
    ...scoreVolume(
      results.map(({ score }) => score),
      volume,
      rule,
    ),
    // The protocol has no checksum of a model.
    model: { ...model, sha256: null, trained, positive: rule.labels[1] },
    preprocessing: {
      window: window ? { center: window.center, width: window.width } : null,
      crop: results.some(({ input }) => input.crop === 'chest') ? 'chest' : 'none',
      huLost,
    },
    warnings: mergeWarnings(
      volume.warnings,
      trained === true
        ? []
        : [{ code: trained === false ? 'MODEL_UNTRAINED' : 'TRAINING_UNKNOWN' }],
    ),
    timingsMs: { ...times, queue: 0, total: performance.now() - started },
  };
}

/** The server's metadata of a model. Servers without the extension for configurations leave the rule at its defaults. */
async function readModel(
  client: OipModel,
  { name, version }: OipPredictRequest['model'],
  signal: AbortSignal,
): Promise<{ rule: ScoringRule; trained: boolean | null; distance: boolean }> {
  const { outputs } = await client.modelMetadata(name, version || undefined, signal);
  const parameters: Readonly<Record<string, string>> = await client
    .modelParameters(name, version || undefined, signal)
    .catch((error: unknown) => {
      if (signal.aborted) throw error;
      return {};
    });
  const { trained } = parameters;
  return {
    rule: readScoringRule((key) => parameters[key]),
    trained: trained === undefined ? null : trained === 'true',
    distance: outputs.some((output) => output.name === 'distance'),
  };
}
