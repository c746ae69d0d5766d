import type { Logger } from 'pino';
import type { CodecPool } from '../imaging-worker/codec-pool.js';
import type { InferencePool } from '../inference/inference-pool.js';
import type { Scheduler } from '../inference/scheduler.js';
import type { Metrics } from '../observability/metrics.js';
import type { Jobs } from '../jobs/jobs.js';
import type { InferService } from '../oip/infer-service.js';
import type { ServerOptions } from '../options/server-options.js';
import type { Predictor } from '../predictions/predictor.js';
import type { Activity } from '../processes/activity.js';
import type { FolderLock } from '../processes/folder-lock.js';
import type { ModelRepository } from '../repository/model-repository.js';

/** What the protocol handlers depend on. */
export interface Services {
  readonly options: ServerOptions;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly repository: ModelRepository;
  readonly scheduler: Scheduler;
  readonly inferencePool: InferencePool;
  readonly codecs: CodecPool;
  readonly predictor: Predictor;
  readonly infer: InferService;
  readonly jobs: Jobs;
  /** Private folder of this server for large bodies. */
  readonly spoolDir: string;
  readonly spoolLock: FolderLock | undefined;
  readonly activity: Activity;
  /** Whether the server is stopping: it answers what it accepted and is not ready for more. */
  draining: boolean;
}
