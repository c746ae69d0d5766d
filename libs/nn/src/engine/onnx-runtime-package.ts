import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const read = createRequire(import.meta.url);

/** Where onnxruntime-node is installed. */
export function onnxRuntimeFolder(): string {
  return dirname(read.resolve('onnxruntime-node/package.json'));
}

/** Version of ONNX Runtime. */
export function onnxRuntimeVersion(): string {
  return (read('onnxruntime-node/package.json') as { version: string }).version;
}
