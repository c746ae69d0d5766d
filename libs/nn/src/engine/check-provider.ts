import { OnnxEmitter } from '../onnx/onnx-emitter.js';
import { writeOnnx } from '../onnx/write-onnx.js';
import { checkProduct, productInputs } from './check-product.js';
import { cudaProblem } from './cuda-provider.js';
import { deviceOf } from './device-of.js';
import { InferenceSession, Tensor } from './onnx-runtime.js';
import { sessionOptions, type Provider } from './session-options.js';

/** A backend that computed a matrix product. */
export interface CheckedBackend {
  /** Name of the device, or of its driver; null if neither is known. */
  readonly device: string | null;
  /** Of the product, including the preparation of its kernel. */
  readonly milliseconds: number;
}

/**
 * Runs a matrix product on a provider and compares it with the same product in JavaScript. ONNX Runtime may not move it to the
 * CPU. A provider that crashes in native code ends the process: call this in a child process.
 *
 * @throws {Error} with the reason why the provider does not work.
 */
export async function checkProvider(provider: Provider): Promise<CheckedBackend> {
  if (provider === 'cuda') {
    const problem = await cudaProblem();
    if (problem !== undefined) throw new Error(problem);
  }
  const { size, a, b } = productInputs();
  const emit = new OnnxEmitter();
  emit.named('y', 'MatMul', ['a', 'b']);
  const shape = [size, size];
  const bytes = writeOnnx({
    name: 'check',
    graph: emit,
    inputs: [
      { name: 'a', shape },
      { name: 'b', shape },
    ],
    outputs: [{ name: 'y', shape }],
  });
  const options = sessionOptions({ providers: [provider] });
  const session = await InferenceSession.create(bytes, {
    ...options,
    ...(provider === 'cpu' ? {} : { extra: { session: { disable_cpu_ep_fallback: '1' } } }),
  });
  try {
    const started = performance.now();
    const { y } = await session.run({
      a: new Tensor('float32', a, shape),
      b: new Tensor('float32', b, shape),
    });
    const milliseconds = performance.now() - started;
    checkProduct(y!.data as Float32Array);
    return { device: await deviceOf(provider), milliseconds };
  } finally {
    await session.release();
  }
}
