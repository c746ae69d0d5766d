import { mkdtemp, rm } from 'node:fs/promises';
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
import { InferService } from './oip/infer-service.js';
import {
  serverOptionsSchema,
  type ServerOptions,
  type ServerOptionsInput,
} from './options/server-options.js';
import { Predictor } from './predictions/predictor.js';
import { availableCores, planCpuShare } from './processes/cpu-share.js';
import { ModelRepository } from './repository/model-repository.js';

/** A server that runs. */
export interface RunningServer {
  /** Such as `http://127.0.0.1:8808`. */
  readonly url: string;
  /** Such as `127.0.0.1:8809`; undefined where gRPC is off. */
  readonly grpcAddress: string | undefined;
  readonly services: Services;
  /** Answers what was accepted, for as long as `drainSeconds` allows, and ends everything. Further calls wait for the first. */
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
    const models = services.repository.loadAll();
    await listen(http, options);
    if (options.grpcPort !== undefined) {
      // Most of the server's code is gRPC: where it is off, a start does not wait for it.
      const { startGrpc } = await import('./grpc/start-grpc.js');
      grpc = await startGrpc(services, options.grpcPort);
    }
    await Promise.all([models, services.codecs.whenReady(), services.inferencePool.whenReady()]);
    grpc?.report();
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
  const share = planCpuShare(availableCores(), options);
  const spoolDir = await mkdtemp(join(options.spoolDir, 'groundglass-'));
  const timeoutMs = options.timeoutSeconds * 1000;
  const hangMs = options.hangSeconds * 1000;
  const made: { scheduler?: Scheduler } = {};
  const inferencePool = new InferencePool({
    share,
    cacheDir: options.cacheDir,
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
  });
  const codecs = new CodecPool({
    processes: options.decoders,
    queueSize: options.queueSize,
    hangMs,
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
    spoolDir,
    draining: false,
  };
}

function createHttpServer(services: Services): Server {
  const { options } = services;
  const server = createServer({
    // How often the limits below are looked at; Node's default of 30 s would make them three times as long.
    connectionsCheckingInterval: 1000,
    maxHeaderSize: 16 * 1024,
  });
  server.headersTimeout = options.idleSeconds * 1000;
  // Whole uploads may take long on a slow line; silence in them is what `receiveBody` ends.
  server.requestTimeout = 0;
  server.keepAliveTimeout = options.idleSeconds * 1000;
  server.maxConnections = options.maxConnections;
  const app = createApp(services);
  server.on('request', app);
  // Else Node itself would invite every body, before anybody has looked at the headers.
  server.on('checkContinue', app);
  return server;
}

function listen(server: Server, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function stop(services: Services, http: Server, grpc: GrpcServer | undefined): Promise<void> {
  services.draining = true;
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
  await Promise.all([services.inferencePool.close(), services.codecs.close()]);
  await services.repository.close();
  await rm(services.spoolDir, { recursive: true, force: true });
}
