import { fileURLToPath } from 'node:url';
import { loadPackageDefinition, type ServiceDefinition } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';

interface Loaded {
  readonly inference: { readonly GRPCInferenceService: { readonly service: ServiceDefinition } };
}

/** Loads the protocol's service and messages from `apps/server/proto`. Names stay as in the files; 64-bit numbers are strings. */
export function loadProtos(): { inference: ServiceDefinition; definition: PackageDefinition } {
  const folder = fileURLToPath(new URL('../../proto/', import.meta.url));
  const definition = loadSync('inference.proto', {
    includeDirs: [folder],
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
  });
  const { inference } = loadPackageDefinition(definition) as unknown as Loaded;
  return { inference: inference.GRPCInferenceService.service, definition };
}
