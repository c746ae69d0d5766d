import { withTargets, type Dataset } from '@groundglass/dataset';
import { OnnxInference } from '@groundglass/nn';
import { evaluate, type SampleScore } from './evaluate.js';

/** How far a quantised model may fall behind its float model. */
export interface GateLimits {
  readonly aucDrop: number;
  readonly diceDrop: number;
}

/** Both models on the validation split of one dataset; null if the split does not allow it. */
export interface GateRow {
  readonly dataset: string;
  readonly pictures: number;
  readonly auc: readonly [float: number, quantised: number] | null;
  readonly dice: readonly [float: number, quantised: number] | null;
  /** Pictures on which the two disagree at the model's threshold. */
  readonly turned: number;
}

/** The result of the gate. */
export interface GateResult {
  readonly rows: readonly GateRow[];
  /** Why the quantised model is refused, one sentence a limit; empty if it passed. */
  readonly failures: readonly string[];
}

/**
 * Scores the validation splits with both models. A dataset without validation samples has no row.
 *
 * @param onProgress called with a line to show, and with an empty one at the end.
 */
export async function accuracyGate(
  models: readonly [float: Uint8Array, quantised: Uint8Array],
  datasets: readonly Dataset[],
  rule: { readonly threshold: number; readonly crop: 'none' | 'chest' },
  limits: GateLimits,
  onProgress: (text: string) => void,
): Promise<GateResult> {
  const sessions = [await OnnxInference.create(models[0]), await OnnxInference.create(models[1])];
  const rows: GateRow[] = [];
  try {
    for (const { manifest, root, samples } of datasets) {
      const chosen = withTargets(samples, manifest).filter(({ split }) => split === 'val');
      if (chosen.length === 0) continue;
      const both = [];
      for (const [at, session] of sessions.entries())
        both.push(
          await evaluate(session, chosen, {
            root,
            crop: rule.crop,
            onSample: (done) => {
              onProgress(
                `${manifest.name}, ${at === 0 ? 'float' : 'int8'}: ${done}/${chosen.length}`,
              );
            },
          }),
        );
      const [float, quantised] = both as [(typeof both)[0], (typeof both)[0]];
      const called = (scores: readonly SampleScore[]) =>
        scores.map(({ probability }) => probability >= rule.threshold);
      const before = called(float.scores);
      rows.push({
        dataset: manifest.name,
        pictures: chosen.length,
        auc: pair(float.auc, quantised.auc),
        dice: pair(float.dice, quantised.dice),
        turned: called(quantised.scores).filter((call, i) => call !== before[i]).length,
      });
    }
  } finally {
    onProgress('');
    for (const session of sessions) await session.close();
  }
  return { rows, failures: gateFailures(rows, limits) };
}

/** The limits that rows exceed; also if nothing could be compared, since a gate that measured nothing lets nothing pass. */
export function gateFailures(
  rows: readonly GateRow[],
  { aucDrop, diceDrop }: GateLimits,
): string[] {
  const failures = rows.flatMap(({ dataset, auc, dice }) => [
    ...(auc && auc[0] - auc[1] > aucDrop ? [tooLow('AUC', dataset, auc, aucDrop)] : []),
    ...(dice && dice[0] - dice[1] > diceDrop ? [tooLow('Dice', dataset, dice, diceDrop)] : []),
  ]);
  if (!rows.some(({ auc }) => auc))
    failures.push('no validation split has samples of both classes, so no AUC was compared');
  return failures;
}

function tooLow(
  what: string,
  dataset: string,
  [float, quantised]: readonly [number, number],
  limit: number,
): string {
  return `${what} on ${dataset} falls from ${float.toFixed(3)} to ${quantised.toFixed(3)}, more than ${limit}`;
}

function pair(float: number | null, quantised: number | null): readonly [number, number] | null {
  return float === null || quantised === null ? null : [float, quantised];
}
