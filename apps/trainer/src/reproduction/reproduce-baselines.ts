import { baselines } from '@groundglass/dataset';
import { nodeFiles } from '@groundglass/dataset/node';
import { measureBaselines } from '../datasets/measure-baselines.js';
import type { Measured } from '../evaluation/measure.js';
import { showCount } from '../cli/progress.js';
import { counts, sampleHash } from './reproduce-row.js';
import type { PatientInterval, ReproductionRow } from './result-row.js';
import type { ScaleName } from './scales.js';
import type { RowData } from './training-set.js';

/** The data of the baselines, and their recorded facts. */
export interface BaselineJob {
  readonly data: RowData;
  readonly root: string;
  readonly scale: ScaleName;
  readonly command: string;
  readonly commit: string | null;
  /** Whether a row of this name exists already. */
  readonly isDone: (row: string) => boolean;
}

/**
 * The classifiers that never see a lung (file format and size, grey statistics, the outer ring, filled lungs, a thumbnail), trained and measured on the same
 * pictures as the tables' rows.
 */
export async function reproduceBaselines(job: BaselineJob): Promise<ReproductionRow[]> {
  const missing = baselines.filter((name) => !job.isDone(`baseline:${name}`));
  if (missing.length === 0) return [];
  const { train, validation, test } = job.data;
  const samples = [...train, ...validation, ...test];
  const measured = await measureBaselines(await nodeFiles(job.root), samples, 'test', {
    onProgress: ({ done, total }) => {
      showCount(`baselines: ${done}/${total ?? '?'}`);
    },
  });
  showCount('');
  return missing.map((name) => {
    const { accuracy, f1, auc, matrix, threshold } = measured[name]!;
    return {
      row: `baseline:${name}`,
      seed: 1,
      scale: job.scale,
      time: new Date().toISOString(),
      command: job.command,
      commit: job.commit,
      data: sampleHash(samples),
      recipe: 'logistic regression',
      model: null,
      start: null,
      epochs: null,
      minutes: null,
      train: counts(train),
      validationAuc: null,
      test: {
        accuracy: plain(accuracy),
        f1: plain(f1),
        auc: plain(auc),
        truePositives: matrix.truePositives,
        falsePositives: matrix.falsePositives,
        positives: matrix.truePositives + matrix.falseNegatives,
        negatives: matrix.trueNegatives + matrix.falsePositives,
        threshold,
        patients: new Set(test.map(({ source, patient }) => `${source}/${patient}`)).size,
      },
      points: [],
    };
  });
}

function plain({ value, lower, upper }: Measured): PatientInterval {
  return { value, lower, upper };
}
