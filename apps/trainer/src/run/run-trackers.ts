import { basename } from 'node:path';
import type { Recipe } from '../training/recipes/recipe.js';
import { EventFile, type Scalar } from './event-file.js';
import { MlflowRun } from './mlflow-run.js';
import type { EpochRecord, RunFolder } from './run-folder.js';

/** Where a run's curves go in addition to its `log.jsonl`. */
export interface RunTrackers {
  readonly epoch: (record: EpochRecord) => Promise<void>;
  readonly end: (status: 'FINISHED' | 'FAILED' | 'KILLED') => Promise<void>;
}

/** File with the run's id on the MLflow server, so that a resumed run stays one run there. */
const mlflowFile = 'mlflow.json';

/**
 * Opens TensorBoard's event file in the run's folder, and a run on the MLflow server that `MLFLOW_TRACKING_URI` names
 * (`MLFLOW_EXPERIMENT_NAME`, `MLFLOW_TRACKING_TOKEN`).
 *
 * @param onFailure called with a line when the MLflow server does not accept the run; training continues.
 */
export async function openTrackers(
  run: RunFolder,
  recipe: Recipe,
  environment: NodeJS.ProcessEnv,
  onFailure: (line: string) => void,
): Promise<RunTrackers> {
  const events = await EventFile.create(run.path);
  const mlflow = await openMlflow(run, recipe, environment, onFailure);
  return {
    async epoch(record) {
      const scalars = scalarsOf(record);
      await events.add(record.epoch + 1, scalars);
      await mlflow?.log(record.epoch + 1, scalars);
    },
    async end(status) {
      await events.close();
      await mlflow?.end(status);
    },
  };
}

async function openMlflow(
  run: RunFolder,
  recipe: Recipe,
  environment: NodeJS.ProcessEnv,
  onFailure: (line: string) => void,
): Promise<MlflowRun | undefined> {
  const trackingUri = environment.MLFLOW_TRACKING_URI;
  if (!trackingUri) return undefined;
  if (!/^https?:\/\//.test(trackingUri)) {
    onFailure(
      `MLFLOW_TRACKING_URI names "${trackingUri}": expected the http address of a tracking server. Training continues without it.`,
    );
    return undefined;
  }
  const known = run.has(mlflowFile)
    ? ((await run.readJson(mlflowFile)) as { runId?: string; trackingUri?: string })
    : {};
  const mlflow = await MlflowRun.start(
    {
      trackingUri,
      experiment: environment.MLFLOW_EXPERIMENT_NAME,
      token: environment.MLFLOW_TRACKING_TOKEN,
      runName: basename(run.path),
      runId: known.trackingUri === trackingUri ? known.runId : undefined,
      params: flatten(recipe),
    },
    onFailure,
  );
  if (mlflow) await run.replace(mlflowFile, JSON.stringify({ trackingUri, runId: mlflow.id }));
  return mlflow;
}

function scalarsOf({
  learningRate,
  trainLoss,
  trainParts,
  validation,
  imagesPerSecond,
}: EpochRecord): Scalar[] {
  const scalars: Record<string, number | null> = {
    'train/loss': trainLoss,
    'train/learning rate': learningRate,
    'train/images per second': imagesPerSecond,
    ...Object.fromEntries(
      Object.entries(trainParts).map(([part, value]) => [`train/${part} loss`, value]),
    ),
    ...Object.fromEntries(
      Object.entries(validation).map(([metric, value]) => [`validation/${metric}`, value]),
    ),
  };
  return Object.entries(scalars).flatMap(([tag, value]) =>
    value === null ? [] : [{ tag, value }],
  );
}

/** Settings by dotted name. */
function flatten(recipe: object, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(recipe).flatMap(([key, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(flatten(value, `${prefix}${key}.`))
        : [[prefix + key, typeof value === 'string' ? value : JSON.stringify(value)]],
    ),
  );
}
