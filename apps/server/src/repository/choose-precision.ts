import { CtError } from '@groundglass/core';
import type { LoadedModel, Warmup } from '../inference/inference-calls.js';

/** A model loaded from one of its two files. */
export interface LoadedFile {
  /** Names it in the pool. */
  readonly key: string;
  readonly loaded: LoadedModel;
}

/** What is needed to choose between a float model and its 8-bit version. */
export interface PrecisionChoice {
  readonly float: LoadedFile;
  readonly int8: LoadedFile;
  readonly warmup: Warmup;
  /** Milliseconds of so many runs. */
  readonly time: (key: string, warmup: Warmup, runs: number) => Promise<readonly number[]>;
}

/** Runs of each turn; two turns of each model, since other work on the machine comes and goes. */
const runs = 5;
/** An 8-bit model must save at least this share of the time: it costs a little accuracy. */
const leastGain = 0.1;

/** Which file is served, and a sentence that says why. */
export interface ChosenPrecision {
  readonly precision: 'float' | 'int8';
  readonly why: string;
}

/**
 * Checks that a quantised model can replace the float model next to it.
 *
 * @throws {CtError} `CT_MODEL_INVALID` where it was made from another file, or has other inputs or outputs.
 */
export function checkQuantised(float: LoadedModel, int8: LoadedModel): void {
  const from = int8.metadata.get('quantised_from');
  if (from !== float.sha256)
    throw new CtError(
      'CT_MODEL_INVALID',
      `Expected it to be made from this model (SHA-256 ${float.sha256.slice(0, 12)}…), it says ${from === undefined ? 'nothing' : `${from.slice(0, 12)}…`}`,
    );
  const ports = ({ inputs, outputs }: LoadedModel) => JSON.stringify([inputs, outputs]);
  if (ports(float) !== ports(int8))
    throw new CtError('CT_MODEL_INVALID', 'Expected the inputs and outputs of the float model');
}

/** Times both in turns; the medians decide. */
export async function choosePrecision({
  float,
  int8,
  warmup,
  time,
}: PrecisionChoice): Promise<ChosenPrecision> {
  const times = { float: [] as number[], int8: [] as number[] };
  for (const turn of ['first, not counted', 'second', 'third']) {
    for (const [name, { key }] of [
      ['float', float],
      ['int8', int8],
    ] as const) {
      const measured = await time(key, warmup, turn.startsWith('first') ? 1 : runs);
      if (!turn.startsWith('first')) times[name].push(...measured);
    }
  }
  const [floatMs, int8Ms] = [median(times.float), median(times.int8)];
  const precision = int8Ms <= (1 - leastGain) * floatMs ? 'int8' : 'float';
  return {
    precision,
    why: `a run takes ${int8Ms.toFixed(1)} ms with int8 and ${floatMs.toFixed(1)} ms with float weights`,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
