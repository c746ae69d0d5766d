import type { Scalar } from './event-file.js';

/** Where and under which name to report a run. */
export interface MlflowOptions {
  /** `MLFLOW_TRACKING_URI`: the address of an MLflow tracking server. */
  readonly trackingUri: string;
  /** `MLFLOW_EXPERIMENT_NAME`; default `groundglass`. */
  readonly experiment?: string | undefined;
  /** `MLFLOW_TRACKING_TOKEN`. */
  readonly token?: string | undefined;
  readonly runName: string;
  /** A resumed run. */
  readonly runId?: string | undefined;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * One run on an MLflow tracking server, through its REST interface (MLflow 2 and 3, `/api/2.0/mlflow`).
 *
 * Training never depends on it: a call that fails is reported once by `onFailure`, and later calls are not sent.
 */
export class MlflowRun {
  #failed = false;
  readonly #options: MlflowOptions;
  readonly #onFailure: (message: string) => void;

  private constructor(
    options: MlflowOptions,
    onFailure: (message: string) => void,
    readonly id: string,
  ) {
    this.#options = options;
    this.#onFailure = onFailure;
  }

  /** Creates the run, or continues the one of `runId`. Undefined if the server does not answer as MLflow does. */
  static async start(
    options: MlflowOptions,
    onFailure: (message: string) => void,
  ): Promise<MlflowRun | undefined> {
    try {
      const id = options.runId ?? (await createRun(options));
      const run = new MlflowRun(options, onFailure, id);
      if (options.runId !== undefined) {
        await call(options, 'runs/update', { run_id: id, status: 'RUNNING' });
      }
      return run;
    } catch (error) {
      onFailure(describe(options, error));
      return undefined;
    }
  }

  /** Sends the scalars of one step; skips NaN and infinite values, which MLflow's JSON cannot represent. */
  async log(step: number, scalars: readonly Scalar[]): Promise<void> {
    const metrics = scalars
      .filter(({ value }) => Number.isFinite(value))
      .map(({ tag, value }) => ({ key: tag, value, timestamp: Date.now(), step }));
    await this.#send('runs/log-batch', { run_id: this.id, metrics });
  }

  async end(status: 'FINISHED' | 'FAILED' | 'KILLED'): Promise<void> {
    await this.#send('runs/update', { run_id: this.id, status, end_time: Date.now() });
  }

  async #send(method: string, body: object): Promise<void> {
    if (this.#failed) return;
    try {
      await call(this.#options, method, body);
    } catch (error) {
      this.#failed = true;
      this.#onFailure(describe(this.#options, error));
    }
  }
}

async function createRun(options: MlflowOptions): Promise<string> {
  const { params, runName } = options;
  const experiment_id = await experimentId(options);
  const created = (await call(options, 'runs/create', {
    experiment_id,
    run_name: runName,
    start_time: Date.now(),
  })) as { run: { info: { run_id: string } } };
  const run_id = created.run.info.run_id;
  await call(options, 'runs/log-batch', {
    run_id,
    // MLflow keeps up to 6000 characters of a parameter and accepts 100 of them at a time.
    params: Object.entries(params)
      .slice(0, 100)
      .map(([key, value]) => ({ key, value: value.slice(0, 6000) })),
  });
  return run_id;
}

async function experimentId(options: MlflowOptions): Promise<string> {
  const name = options.experiment ?? 'groundglass';
  const query = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
  try {
    const found = (await call(options, query)) as { experiment: { experiment_id: string } };
    return found.experiment.experiment_id;
  } catch (error) {
    if (!(error instanceof MlflowError) || error.status !== 404) throw error;
    const created = (await call(options, 'experiments/create', { name })) as {
      experiment_id: string;
    };
    return created.experiment_id;
  }
}

class MlflowError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

async function call(
  { trackingUri, token }: MlflowOptions,
  method: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(`${trackingUri.replace(/\/+$/, '')}/api/2.0/mlflow/${method}`, {
    headers: {
      'content-type': 'application/json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  if (!response.ok) throw new MlflowError(response.status, text.slice(0, 200));
  return JSON.parse(text);
}

function describe({ trackingUri }: MlflowOptions, error: unknown): string {
  const why =
    error instanceof MlflowError ? `status ${error.status}: ${error.message}` : reasonOf(error);
  return `The MLflow server at ${trackingUri} does not accept this run (${why}). Training continues without it.`;
}

/** Node's fetch reports "fetch failed" and has the reason ("connect ECONNREFUSED 127.0.0.1:5000") in its cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
