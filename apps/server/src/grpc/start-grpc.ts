import {
  Server,
  ServerCredentials,
  setLogger,
  status as grpcStatus,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { CtError, type ErrorCode } from '@groundglass/core';
import { HealthImplementation } from 'grpc-health-check';
import { isBearer } from '../http/guard.js';
import { toErrorAnswer } from '../errors/error-answer.js';
import { whyNotReady } from '../http/readiness.js';
import type { Services } from '../http/services.js';
import { discardRef, readRef } from '../tensors/byte-ref.js';
import {
  describeConfig,
  describeModel,
  describeStatistics,
  extensions,
} from '../oip/descriptions.js';
import { refuseChanges } from '../oip/model-control.js';
import { serverVersion } from '../options/server-version.js';
import { loadProtos } from './load-protos.js';
import { readModelInfer, type ModelInferRequest } from './read-model-infer.js';

export interface GrpcServer {
  /** Such as `127.0.0.1:8809`. */
  readonly address: string;
  /** Updates the health status now, for clients that ask right away. */
  report(): void;
  /** Settles when the last call is answered. */
  drain(): Promise<void>;
  end(): void;
}

interface ModelRequest {
  readonly name: string;
  readonly version: string;
}

type Method = (request: never, signal: AbortSignal) => unknown;

/** Starts `inference.GRPCInferenceService` and `grpc.health.v1.Health`. @throws {Error} when the address is taken. */
export async function startGrpc(services: Services, port: number): Promise<GrpcServer> {
  const { options } = services;
  const bytes = options.maxGrpcMib * 1024 * 1024;
  // grpc-js would log plain text among the JSON lines; failures are logged below.
  const quiet = (...parts: unknown[]) => {
    services.log.debug({ library: 'grpc-js' }, parts.join(' '));
  };
  setLogger({ error: quiet, info: quiet, debug: quiet });
  const server = new Server({
    'grpc.max_receive_message_length': bytes,
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': options.maxConnections,
  });
  const protos = loadProtos();
  const calls = new OpenCalls();
  server.addService(
    protos.inference,
    Object.fromEntries(
      Object.entries(inferenceMethods(services)).map(([name, method]) => [
        name,
        unary(services, name, method, calls),
      ]),
    ),
  );
  const health = new HealthImplementation({});
  health.addToServer(server);
  let reported: string | undefined;
  const report = (): void => {
    const status = whyNotReady(services) === undefined ? 'SERVING' : 'NOT_SERVING';
    // Watchers receive every status that is set, even an unchanged one.
    if (status !== reported) for (const service of healthNames) health.setStatus(service, status);
    reported = status;
  };
  report();
  const timer = setInterval(report, reportEveryMs);
  timer.unref();
  new ReflectionService(protos.definition).addToServer(server);
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, taken) => {
      if (error) {
        // grpc-js gives no code.
        const code = /EADDRINUSE|EACCES|EADDRNOTAVAIL/.exec(error.message)?.[0] ?? 'EADDRINUSE';
        reject(Object.assign(new Error(error.message), { code }));
      } else resolve(taken);
    });
  });
  return {
    address: `${host}:${bound}`,
    report,
    drain: async () => {
      report();
      // Not until all streams end: those of health watchers never do.
      await calls.whenNone();
      await new Promise((resolve) => setTimeout(resolve, lastReportMs));
    },
    end: () => {
      clearInterval(timer);
      server.forceShutdown();
    },
  };
}

function inferenceMethods(services: Services): Record<string, Method> {
  const { repository, infer, options } = services;
  const get = ({ name, version }: ModelRequest) => repository.get(name, version || undefined);
  return {
    ServerLive: () => ({ live: true }),
    ServerReady: () => ({ ready: whyNotReady(services) === undefined }),
    ModelReady: (request: ModelRequest) => {
      try {
        return { ready: repository.runs(get(request)) && !services.draining };
      } catch {
        return { ready: false };
      }
    },
    ServerMetadata: () => ({ name: 'groundglass', version: serverVersion, extensions }),
    ModelMetadata: (request: ModelRequest) => {
      const model = get(request);
      return describeModel(model, repository.versionsOf(model.name));
    },
    ModelConfig: (request: ModelRequest) => ({ config: describeConfig(get(request)) }),
    ModelStatistics: (request: ModelRequest) => {
      if (request.name !== '') get(request);
      const chosen = repository.models.filter(
        ({ name, version }) =>
          (request.name === '' || request.name === name) &&
          (request.version === '' || request.version === version),
      );
      return { model_stats: chosen.map(describeStatistics) };
    },
    RepositoryIndex: ({ ready: onlyReady }: { ready: boolean }) => ({
      models: repository.index().filter(({ state }) => !onlyReady || state === 'READY'),
    }),
    RepositoryModelLoad: async ({ model_name: name, parameters }: ControlRequest) => {
      refuseChanges(options.modelControlMode);
      await repository.load(name, loadConfig(parameters));
      return {};
    },
    RepositoryModelUnload: async ({ model_name: name, parameters }: ControlRequest) => {
      refuseChanges(options.modelControlMode);
      refuseOthers(parameters, ['unload_dependents']);
      await repository.unload(name);
      return {};
    },
    ModelInfer: async (request: ModelInferRequest, signal: AbortSignal) => {
      get({ name: request.model_name, version: request.model_version });
      const call = readModelInfer(request);
      const version = request.model_version || undefined;
      const { model, outputs } = await infer.infer(request.model_name, version, call, signal);
      try {
        return {
          model_name: model.name,
          model_version: model.version,
          id: call.id ?? '',
          outputs: outputs.map(({ tensor: { name, datatype, shape } }) => ({
            name,
            datatype,
            shape,
          })),
          raw_output_contents: await Promise.all(outputs.map(({ tensor }) => readRef(tensor.data))),
        };
      } finally {
        for (const { tensor } of outputs) discardRef(tensor.data);
      }
    },
  };
}

interface ControlRequest {
  readonly model_name: string;
  readonly parameters: Readonly<
    Record<string, { readonly parameter_choice?: string; readonly string_param?: string }>
  >;
}

/** The configuration in a load request. @throws {CtError} `CT_BAD_REQUEST` for another type or parameter. */
function loadConfig(parameters: ControlRequest['parameters']): string | undefined {
  refuseOthers(parameters, ['config']);
  const { config } = parameters;
  if (config && config.parameter_choice !== 'string_param') {
    throw new CtError('CT_BAD_REQUEST', 'Expected text in the parameter "config"');
  }
  return config?.string_param;
}

/** Refuses unknown parameters: ignoring one would load a different model than requested. */
function refuseOthers(parameters: ControlRequest['parameters'], known: readonly string[]): void {
  const other = Object.keys(parameters).find((name) => !known.includes(name));
  if (other === undefined) return;
  throw new CtError('CT_BAD_REQUEST', `Expected no parameter "${other.slice(0, 64)}" here`);
}

/** Wraps a method: token, deadline, metrics, and errors as gRPC statuses. */
function unary(services: Services, name: string, method: Method, calls: OpenCalls) {
  return (call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>): void => {
    calls.begin();
    const started = performance.now();
    const controller = new AbortController();
    call.on('cancelled', () => {
      controller.abort();
    });
    const done = (code: grpcStatus): void => {
      calls.end();
      const ms = performance.now() - started;
      services.metrics.request('grpc', name, grpcStatus[code], ms / 1000);
      services.log.info({ method: name, status: grpcStatus[code], ms: Math.round(ms) }, 'grpc');
    };
    const work = async (): Promise<void> => {
      try {
        const [authorization] = call.metadata.get('authorization');
        const { token } = services.options;
        const open = name === 'ServerLive' || name === 'ServerReady';
        if (token !== undefined && !open && !isBearer(authorization?.toString(), token)) {
          throw new CtError('CT_UNAUTHORIZED', 'Expected the metadata "authorization: Bearer …"');
        }
        callback(null, await method(call.request as never, controller.signal));
        done(grpcStatus.OK);
      } catch (error) {
        const { code, message, status } = toErrorAnswer(error);
        if (status >= 500 && status < 503) services.log.error({ err: error }, 'grpc call failed');
        const grpcCode = toGrpcStatus(code, status);
        callback({ code: grpcCode, details: message });
        done(grpcCode);
      }
    };
    void work();
  };
}

/** Counts calls under way. */
class OpenCalls {
  #count = 0;
  #waiting: (() => void)[] = [];

  begin(): void {
    this.#count++;
  }

  end(): void {
    if (--this.#count === 0) for (const wake of this.#waiting.splice(0)) wake();
  }

  async whenNone(): Promise<void> {
    while (this.#count > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

/** The whole server, and its service by name. */
const healthNames = ['', 'inference.GRPCInferenceService'];
/** Interval of the health checks in milliseconds. */
const reportEveryMs = 500;
/** Notifies watchers that the server is stopping. */
const lastReportMs = 50;

const grpcStatuses: Partial<Record<ErrorCode, grpcStatus>> = {
  CT_UNAUTHORIZED: grpcStatus.UNAUTHENTICATED,
  CT_FORBIDDEN: grpcStatus.PERMISSION_DENIED,
  CT_MODEL_NOT_FOUND: grpcStatus.NOT_FOUND,
  CT_OVERLOADED: grpcStatus.UNAVAILABLE,
  CT_TIMEOUT: grpcStatus.DEADLINE_EXCEEDED,
  CT_CANCELLED: grpcStatus.CANCELLED,
};

function toGrpcStatus(code: ErrorCode, status: number): grpcStatus {
  const other = status < 500 ? grpcStatus.INVALID_ARGUMENT : grpcStatus.INTERNAL;
  return grpcStatuses[code] ?? other;
}
