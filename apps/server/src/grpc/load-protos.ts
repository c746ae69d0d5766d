import { fileURLToPath } from 'node:url';
import { loadPackageDefinition, type ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

interface Loaded {
  readonly inference: { readonly GRPCInferenceService: { readonly service: ServiceDefinition } };
  readonly grpc: {
    readonly health: { readonly v1: { readonly Health: { readonly service: ServiceDefinition } } };
  };
}

/** The two service definitions, from `apps/server/proto`. Names stay as in the files, 64-bit numbers come as text. */
export function loadProtos(): { inference: ServiceDefinition; health: ServiceDefinition } {
  const folder = fileURLToPath(new URL('../../proto/', import.meta.url));
  const definition = loadSync(['inference.proto', 'health.proto'], {
    includeDirs: [folder],
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  });
  const { inference, grpc } = loadPackageDefinition(definition) as unknown as Loaded;
  return {
    inference: inference.GRPCInferenceService.service,
    health: grpc.health.v1.Health.service,
  };
}
