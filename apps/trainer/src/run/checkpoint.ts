import {
  readSafetensors,
  writeSafetensors,
  type NamedTensor,
  type TrainingSession,
} from '@groundglass/nn';
import { RunFolder } from './run-folder.js';

/** State of a run after a whole epoch, in addition to its session's. */
export interface Checkpoint {
  /** Finished epochs. */
  readonly epoch: number;
  /** The best epoch's score; -Infinity if none had one. */
  readonly bestScore: number;
  /** The running mean of the weights, if the recipe asks for one. */
  readonly average: Map<string, NamedTensor> | undefined;
}

const averagePrefix = 'average.';

/** Writes the checkpoint with the session's weights, moments and steps as one safetensors file, which replaces the old one atomically. */
export async function saveCheckpoint(
  run: RunFolder,
  session: TrainingSession,
  { epoch, bestScore, average }: Checkpoint,
): Promise<void> {
  const tensors = session.state();
  for (const [name, tensor] of average ?? []) tensors.set(averagePrefix + name, tensor);
  // JSON has no infinity.
  const score = Number.isFinite(bestScore) ? bestScore : String(bestScore);
  await run.replace(
    RunFolder.checkpoint,
    writeSafetensors(tensors, {
      checkpoint: JSON.stringify({ epoch, steps: session.steps, bestScore: score }),
    }),
  );
}

/** Reads the checkpoint and restores the session. */
export async function restoreCheckpoint(
  run: RunFolder,
  session: TrainingSession,
): Promise<Checkpoint> {
  const { tensors, metadata } = readSafetensors(await run.readBytes(RunFolder.checkpoint));
  const raw = JSON.parse(metadata.checkpoint ?? '{}') as Record<string, unknown>;
  session.load(tensors, Number(raw.steps));
  const average = new Map(
    [...tensors]
      .filter(([name]) => name.startsWith(averagePrefix))
      .map(([name, tensor]) => [name.slice(averagePrefix.length), tensor]),
  );
  return {
    epoch: Number(raw.epoch),
    bestScore: Number(raw.bestScore),
    average: average.size > 0 ? average : undefined,
  };
}
