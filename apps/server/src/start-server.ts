import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { CodecPool } from './imaging-worker/codec-pool.js';
import type { GrpcServer } from './grpc/start-grpc.js';
import { createApp } from './http/app.js';
import { isLoopback } from './http/addresses.js';
import type { Services } from './http/services.js';
import { InferencePool } from './inference/inference-pool.js';
import { Scheduler } from './inference/scheduler.js';
import { createLog } from './observability/log.js';
import { Metrics } from './observability/metrics.js';
import { startTracing } from './observability/tracing.js';
import { Jobs } from './jobs/jobs.js';
import { InferService } from './oip/infer-service.js';
import {
  serverOptionsSchema,
  type ServerOptions,
  type ServerOptionsInput,
} from './options/server-options.js';
import { Predictor } from './predictions/predictor.js';
import { Activity } from './processes/activity.js';
import { FolderLock } from './processes/folder-lock.js';
import { cleanSpool, ownerFileOf } from './options/clean-spool.js';
import { availableCores, planCpuShare } from './processes/cpu-share.js';
import { ModelRepository } from './repository/model-repository.js';
import { makeFolder } from '@groundglass/dataset/disk';

/** Idle time after which a server with --low-memory releases memory. */
const idleRenewMs = 60_000;

/** A running server. */
export interface RunningServer {
  /** Such as `http://127.0.0.1:8808`. */
  readonly url: string;
  /** Such as `127.0.0.1:8809`; undefined where gRPC is off. */
  readonly grpcAddress: string | undefined;
  readonly services: Services;
  /** Answers accepted requests for up to `drainSeconds`, then ends everything. Further calls wait for the first. */
  close(): Promise<void>;
}

/**
 * Starts the server and settles when it answers and its models are warm. Models that cannot be loaded are logged and listed in
 * the repository index; the others are served.
 *
 * @throws {ZodError} for options that are not valid.
 * @throws {Error} when it would listen beyond this machine without a token, or the address is taken.
 */
export async function startServer(input: ServerOptionsInput): Promise<RunningServer> {
  const options = serverOptionsSchema.parse(input);
  if (!isLoopback(options.host) && options.token === undefined) {
    throw new Error(
      `Expected a token to listen on ${options.host}: only loopback addresses may go without one`,
    );
  }
  const log = createLog(options.logLevel);
  const stopTracing = await startTracing(process.env);
  const services = await createServices(options, log);
  const http = createHttpServer(services);
  let grpc: GrpcServer | undefined;
  try {
    // First what can fail at once; calls before the models are loaded are answered with 503.
    await listen(http, options);
    if (options.grpcPort !== undefined) {
      // Most of the server's code is gRPC: where it is off, a start does not wait for it.
      const { startGrpc } = await import('./grpc/start-grpc.js');
      const { host, grpcPort: port } = options;
      grpc = await startGrpc(services, port).catch((error: unknown) => {
        throw listenError(error as NodeJS.ErrnoException, 'grpc-port', host, port);
      });
    }
    const models = services.repository.loadAll();
    await Promise.all([models, services.codecs.whenReady(), services.inferencePool.whenReady()]);
    grpc?.report();
    await services.jobs.start();
    if (options.lowMemory) {
      services.activity.whenIdle(idleRenewMs, async () => {
        await services.inferencePool.renew();
        await services.codecs.renew();
      });
    }
    if (options.modelControlMode === 'poll') {
      services.repository.startPolling(options.repositoryPollSeconds);
    }
  } catch (error) {
    await stop(services, http, grpc);
    throw error;
  }
  const { port } = http.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    grpcAddress: grpc?.address,
    services,
    close: () => (closing ??= stop(services, http, grpc).then(() => stopTracing?.())),
  };
}

/** Everything behind the protocols; starts the child processes. */
async function createServices(options: ServerOptions, log: Logger): Promise<Services> {
  const metrics = new Metrics();
  const { lowMemory } = options;
  const processes = options.processes ?? (lowMemory ? 1 : undefined);
  const share = planCpuShare(availableCores(), { ...options, processes });
  const { spoolDir, spoolLock } = await takeSpool(options, log);
  await warnOfCache(options.cacheDir, log);
  const timeoutMs = options.timeoutSeconds * 1000;
  const hangMs = options.hangSeconds * 1000;
  const made: { scheduler?: Scheduler } = {};
  const inferencePool = new InferencePool({
    share,
    cacheDir: options.cacheDir,
    lowMemory,
    log,
    onChange: () => made.scheduler?.pump(),
    onCrash: () => {
      log.warn('an inference process ended and is replaced');
      metrics.restart('inference');
    },
  });
  const scheduler = new Scheduler({
    pool: inferencePool,
    queueSize: options.queueSize,
    hangMs,
    spoolDir,
    log,
    events: metrics.schedulerEvents,
  });
  made.scheduler = scheduler;
  const repository = new ModelRepository({
    root: options.models,
    pool: inferencePool,
    scheduler,
    log,
    hangMs,
    precision: options.precision,
  });
  const codecs = new CodecPool({
    processes: options.decoders ?? (lowMemory ? 1 : 2),
    queueSize: options.queueSize,
    hangMs,
    lowMemory,
    onCrash: () => {
      log.warn('a codec process ended and is replaced');
      metrics.restart('codec');
    },
    onOutput: (line) => {
      log.warn({ process: 'codec', line }, 'output of a child process');
    },
  });
  const predictor = new Predictor({
    repository,
    scheduler,
    codecs,
    defaultModel: options.defaultModel,
    timeoutMs,
    maxSlices: options.maxSlices,
    slicesAtATime: 2 * share.processes,
    spoolDir,
  });
  const infer = new InferService({ repository, scheduler, timeoutMs });
  return {
    options,
    log,
    metrics,
    repository,
    scheduler,
    inferencePool,
    codecs,
    predictor,
    infer,
    jobs: new Jobs({
      dir: options.jobsDir,
      predictor,
      log,
      lanes: share.processes + 1,
      keepDays: options.jobsKeepDays,
    }),
    spoolDir,
    spoolLock,
    // A model that was optimised at the start has left a hundred megabytes.
    activity: new Activity(lowMemory),
    draining: false,
  };
}

/** A private folder for large bodies; first removes those of killed servers. */
async function takeSpool(options: ServerOptions, log: Logger) {
  const removed = await cleanSpool(options.spoolDir);
  if (removed > 0) log.info(`removed the uploads of ${removed} servers that were killed`);
  const spoolDir = await mkdtemp(join(options.spoolDir, 'groundglass-')).catch((cause: unknown) => {
    throw new Error(`Expected --spool-dir ${options.spoolDir} to be a folder that can be written`, {
      cause,
    });
  });
  return { spoolDir, spoolLock: await FolderLock.take(ownerFileOf(spoolDir)) };
}

/** Warns that without a cache every start optimises every model again. */
async function warnOfCache(dir: string, log: Logger): Promise<void> {
  const probe = join(dir, `${randomUUID()}.part`);
  try {
    await makeFolder(dir, 0o700);
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    log.warn(
      { code: (error as NodeJS.ErrnoException).code },
      'the folder of --cache-dir is not writable: every start optimises the models again',
    );
  }
}

function createHttpServer(services: Services): Server {
  const { options } = services;
  const server = createServer({
    // Check interval of the limits below; Node's default of 30 s would make them three times as long.
    connectionsCheckingInterval: 1000,
    maxHeaderSize: 16 * 1024,
  });
  server.headersTimeout = options.idleSeconds * 1000;
  // Whole uploads may take long on a slow line; `receiveBody` ends silent ones.
  server.requestTimeout = 0;
  server.keepAliveTimeout = options.idleSeconds * 1000;
  server.maxConnections = options.maxConnections;
  const app = createApp(services);
  server.on('request', app);
  // Otherwise Node would answer `Expect: 100-continue` itself, before anything has checked the headers.
  server.on('checkContinue', app);
  return server;
}

function listen(server: Server, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(listenError(error, 'port', host, port));
    });
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

/** What went wrong with a port, in one line. */
export function listenError(
  error: NodeJS.ErrnoException,
  flag: 'port' | 'grpc-port',
  host: string,
  port: number,
): Error {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'is in use by another program',
    EACCES: 'needs permissions that this user does not have',
    EADDRNOTAVAIL: 'is at an address that this machine does not have',
    ENOTFOUND: 'is at an unknown host name',
  };
  const reason = reasons[error.code ?? ''] ?? `cannot be listened on: ${error.message}`;
  const wrongHost = error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND';
  const change = wrongHost ? 'host' : flag;
  return new Error(`Port ${port} on ${host} ${reason}: choose another with --${change}`, {
    cause: error,
  });
}

async function stop(services: Services, http: Server, grpc: GrpcServer | undefined): Promise<void> {
  services.draining = true;
  // Their event streams would keep the connections open.
  const jobsStopped = services.jobs.stop();
  const closed = new Promise<void>((resolve) => {
    if (http.listening)
      http.close(() => {
        resolve();
      });
    else resolve();
  });
  http.closeIdleConnections();
  const drained = Promise.all([closed, grpc?.drain()]);
  const drainMs = services.options.drainSeconds * 1000;
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([drained, new Promise((resolve) => (timer = setTimeout(resolve, drainMs)))]);
  clearTimeout(timer);
  http.closeAllConnections();
  grpc?.end();
  services.scheduler.abandon();
  await jobsStopped;
  await Promise.all([services.inferencePool.close(), services.codecs.close()]);
  await services.repository.close();
  await rm(services.spoolDir, { recursive: true, force: true });
  await services.spoolLock?.release();
}
