import { cpus } from 'node:os';
import { checkProduct, productInputs } from '../check-product.js';
import type { CheckedBackend } from '../check-provider.js';
import { nvidiaName } from '../device-of.js';
import { EngineUnavailableError, loadTfjs } from './load-tfjs.js';

/** A TensorFlow.js that computed a matrix product. */
export interface CheckedTfjs extends CheckedBackend {
  readonly package: string;
  readonly version: string;
  readonly backend: string;
}

/**
 * Runs a matrix product on TensorFlow.js and compares it with the same product in JavaScript.
 *
 * @throws {EngineUnavailableError} when no package is installed, one is broken, or the CUDA package computes on the CPU.
 * @throws {Error} when the product is wrong.
 */
export async function checkTfjs(loading = loadTfjs()): Promise<CheckedTfjs> {
  const { tf, from } = await loading;
  const { isUsingGpuDevice } = tf.backend() as { isUsingGpuDevice?: boolean };
  if (from.endsWith('-gpu') && isUsingGpuDevice !== true) {
    throw new EngineUnavailableError(
      `${from} loads, but TensorFlow finds no GPU: it would compute on the CPU. It needs an NVIDIA driver, CUDA 11.2 and cuDNN 8.1 on the loader's path (LD_LIBRARY_PATH)`,
    );
  }
  const { size, a, b } = productInputs();
  const started = performance.now();
  const product = tf.tidy(() =>
    tf.matMul(tf.tensor2d(a, [size, size]), tf.tensor2d(b, [size, size])),
  );
  const values = await product.data();
  const milliseconds = performance.now() - started;
  product.dispose();
  checkProduct(values);
  return {
    package: from,
    version: tf.version_core,
    backend: tf.getBackend(),
    device: isUsingGpuDevice === true ? await nvidiaName() : (cpus()[0]?.model.trim() ?? null),
    milliseconds,
  };
}
