import type { Tfjs } from '../../graph/op.js';

/** No package of TensorFlow.js can be loaded. */
export class EngineUnavailableError extends Error {
  override readonly name = 'EngineUnavailableError';
}

const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node', '@tensorflow/tfjs'];

/**
 * Loads TensorFlow.js, the fastest package that is installed: on CUDA, on TensorFlow's C library, in plain JavaScript. None is a
 * dependency: the first two fetch hundreds of megabytes when they are installed.
 *
 * @throws {EngineUnavailableError} saying what to install, and why a package that is there could not be loaded.
 */
export async function loadTfjs(
  load: (name: string) => Promise<unknown> = (name) => import(name),
): Promise<{ tf: Tfjs; from: string }> {
  const reasons: string[] = [];
  for (const name of packages) {
    try {
      const loaded = (await load(name)) as Tfjs & { default?: Tfjs };
      const tf = loaded.default ?? loaded;
      await tf.ready();
      return { tf, from: name };
    } catch (error) {
      const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
      // Not being there is the usual case and needs no words of its own.
      if (!reason.startsWith(`Cannot find package '${name}'`)) reasons.push(`${name}: ${reason}`);
    }
  }
  throw new EngineUnavailableError(
    'TensorFlow.js is not installed. Run `npm install @tensorflow/tfjs-node-gpu` (CUDA), `@tensorflow/tfjs-node` or ' +
      `\`@tensorflow/tfjs\` (slow), or train with ONNX Runtime.${reasons.map((reason) => ` ${reason}.`).join('')}`,
  );
}
