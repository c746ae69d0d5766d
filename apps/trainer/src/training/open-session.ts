import {
  OnnxTrainingSession,
  TfjsTrainingSession,
  type NamedTensors,
  type Provider,
  type StepConfig,
  type TrainingSession,
} from '@groundglass/nn';
import { TrainerError } from '../errors.js';

/** The engine of training steps. */
export const engines = ['onnx', 'tfjs'] as const;

/** Options of training steps. */
export interface EngineOptions {
  readonly engine: (typeof engines)[number];
  /** ONNX Runtime's execution provider. */
  readonly provider: Provider;
  /** Threads of ONNX Runtime; default all cores. */
  readonly threads?: number;
}

/**
 * Opens a training session of an engine.
 *
 * @throws {EngineUnavailableError} when TensorFlow.js is requested but not installed.
 * @throws {TrainerError} `TRAIN_PROVIDER_FAILED` when the provider does not work here.
 */
export async function openSession(
  step: StepConfig,
  { engine, provider, threads }: EngineOptions,
  start: { readonly seed: number; readonly weights?: NamedTensors },
): Promise<TrainingSession> {
  if (engine === 'tfjs') return TfjsTrainingSession.create(step, start);
  try {
    return await OnnxTrainingSession.create(step, {
      ...start,
      providers: [provider],
      ...(threads === undefined ? {} : { threads }),
    });
  } catch (error) {
    if (provider === 'cpu' || !(error instanceof Error)) throw error;
    throw new TrainerError(
      'TRAIN_PROVIDER_FAILED',
      `Expected the provider ${provider} to work, it does not (groundglass-trainer doctor says what it needs): ${error.message}`,
      { cause: error },
    );
  }
}
