import {
  Server,
  ServerCredentials,
  status as grpcStatus,
  type ServerUnaryCall,
  type handleServerStreamingCall,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { CtError, type ErrorCode } from '@groundglass/core';
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
  /** Takes no new calls and settles when the last one is answered. */
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
  const server = new Server({
    'grpc.max_receive_message_length': bytes,
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': options.maxConnections,
  });
  const protos = loadProtos();
  server.addService(
    protos.inference,
    Object.fromEntries(
      Object.entries(inferenceMethods(services)).map(([name, method]) => [
        name,
        unary(services, name, method),
      ]),
    ),
  );
  server.addService(protos.health, {
    Check: unary(services, 'Check', ({ service }: { service: string }) =>
      health(services, service),
    ),
    Watch: watchHealth(services),
  });
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, taken) => {
      if (error) reject(error);
      else resolve(taken);
    });
  });
  return {
    address: `${host}:${bound}`,
    drain: () =>
      new Promise((resolve) => {
        server.tryShutdown(() => {
          resolve();
        });
      }),
    end: () => {
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
    RepositoryModelLoad: async ({ model_name: name }: { model_name: string }) => {
      refuseChanges(options.modelControlMode);
      await repository.load(name);
      return {};
    },
    RepositoryModelUnload: async ({ model_name: name }: { model_name: string }) => {
      refuseChanges(options.modelControlMode);
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

/** Wraps a method: token, deadline, metrics, and errors as gRPC statuses. */
function unary(services: Services, name: string, method: Method) {
  return (call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>): void => {
    const started = performance.now();
    const controller = new AbortController();
    call.on('cancelled', () => {
      controller.abort();
    });
    const done = (code: grpcStatus): void => {
      const ms = performance.now() - started;
      services.metrics.request('grpc', name, grpcStatus[code], ms / 1000);
      services.log.info({ method: name, status: grpcStatus[code], ms: Math.round(ms) }, 'grpc');
    };
    const work = async (): Promise<void> => {
      try {
        const [authorization] = call.metadata.get('authorization');
        const { token } = services.options;
        const open = name === 'Check' || name === 'ServerLive' || name === 'ServerReady';
        if (token !== undefined && !open && !isBearer(authorization?.toString(), token)) {
          throw new CtError('CT_UNAUTHORIZED', 'Expected the metadata "authorization: Bearer …"');
        }
        callback(null, await method(call.request as never, controller.signal));
        done(grpcStatus.OK);
      } catch (error) {
        const { code, message, status } = toErrorAnswer(error);
        if (status >= 500 && status < 503) services.log.error({ err: error }, 'grpc call failed');
        const grpcCode = error instanceof GrpcFailure ? error.grpcCode : toGrpcStatus(code, status);
        callback({
          code: grpcCode,
          details: error instanceof GrpcFailure ? error.message : message,
        });
        done(grpcCode);
      }
    };
    void work();
  };
}

class GrpcFailure extends Error {
  constructor(
    readonly grpcCode: grpcStatus,
    message: string,
  ) {
    super(message);
  }
}

const services = ['', 'inference.GRPCInferenceService'];

function health(all: Services, service: string): { status: string } {
  if (!services.includes(service)) {
    throw new GrpcFailure(grpcStatus.NOT_FOUND, 'Expected a service of this server');
  }
  return { status: whyNotReady(all) === undefined ? 'SERVING' : 'NOT_SERVING' };
}

/** How often a watcher's status is looked at, in milliseconds. */
const watchEveryMs = 500;

function watchHealth(all: Services): handleServerStreamingCall<{ service: string }, unknown> {
  return (call) => {
    let last: string | undefined;
    const tell = (): void => {
      const { service } = call.request;
      // The specification: an unknown service is told as such and may come to be known.
      const status = services.includes(service) ? health(all, service).status : 'SERVICE_UNKNOWN';
      if (status !== last) call.write({ status });
      last = status;
      if (all.draining) call.end();
    };
    const timer = setInterval(tell, watchEveryMs);
    call.on('cancelled', () => {
      clearInterval(timer);
    });
    call.on('close', () => {
      clearInterval(timer);
    });
    tell();
  };
}

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
