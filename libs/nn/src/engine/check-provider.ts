import { createRequire } from 'node:module';
import { OnnxEmitter } from '../onnx/onnx-emitter.js';
import { writeOnnx } from '../onnx/write-onnx.js';
import { sessionOptions, type Provider } from './session-options.js';
import { InferenceSession, Tensor } from './onnx-runtime.js';

/** Version of ONNX Runtime. */
export function onnxRuntimeVersion(): string {
  const read = createRequire(import.meta.url);
  return (read('onnxruntime-node/package.json') as { version: string }).version;
}

/**
 * Runs a product of matrices on a provider and compares it with the product worked out by hand. A provider that falls over in native
 * code takes the process along: call this in a child process.
 *
 * @throws {Error} saying why the provider does not work.
 */
export async function checkProvider(provider: Provider): Promise<void> {
  const emit = new OnnxEmitter();
  const product = emit.matmul('x', emit.floats([1, 2, 3, 4], [2, 2]));
  emit.named('y', 'Relu', [product]);
  const session = await InferenceSession.create(
    writeOnnx({
      name: 'check',
      graph: emit,
      inputs: [{ name: 'x', shape: [2, 2] }],
      outputs: [{ name: 'y', shape: [2, 2] }],
    }),
    sessionOptions({ providers: [provider] }),
  );
  const x = new Tensor('float32', Float32Array.of(1, 1, 1, -1), [2, 2]);
  const { y } = await session.run({ x });
  const values = [...(y!.data as Float32Array)];
  await session.release();
  // [1 1] · [[1 2] [3 4]] = [4 6], [1 −1] · … = [−2 −2], which ReLU makes 0.
  if (values.join() !== '4,6,0,0')
    throw new Error(`Expected the product 4, 6, 0, 0, got ${values.join(', ')}`);
}
