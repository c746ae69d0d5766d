import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Tfjs } from '../../graph/op.js';

/** TensorFlow.js is not installed, or cannot be loaded. */
export class EngineUnavailableError extends Error {
  override readonly name = 'EngineUnavailableError';
}

const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node', '@tensorflow/tfjs'];

/** Names a folder whose `node_modules` has TensorFlow.js, as `tools/tfjs-node/build.mjs` makes it. If set, only this folder is searched. */
export const tfjsFolderVariable = 'GROUNDGLASS_TFJS_NODE';

/** The loaded TensorFlow.js. */
export interface LoadedTfjs {
  readonly tf: Tfjs;
  /** The package's name. */
  readonly from: string;
}

/**
 * Loads TensorFlow.js: the fastest package that is installed, on CUDA, on TensorFlow's C library or in JavaScript. It is not a
 * dependency, since the first two download hundreds of megabytes when they are installed.
 *
 * A package that is installed but broken is an error: falling back to a slower one would hide it, and JavaScript is a hundred times
 * slower than TensorFlow.
 *
 * @param folder searched instead of this package's `node_modules`, unless empty.
 * @throws {EngineUnavailableError} with what to install, or the package that cannot be loaded and why.
 */
export async function loadTfjs(
  folder: string = process.env[tfjsFolderVariable] ?? '',
  load: (name: string) => Promise<unknown> = importFrom(folder),
): Promise<LoadedTfjs> {
  for (const name of packages) {
    try {
      const loaded = (await load(name)) as Tfjs & { default?: Tfjs };
      const tf = loaded.default ?? loaded;
      await tf.ready();
      return { tf, from: name };
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (isMissing(text, name)) continue;
      throw new EngineUnavailableError(
        `Expected the installed ${name} to load: ${text.trim().split('\n')[0]!}. Repair it (\`npm rebuild ${name} --build-addon-from-source\`), or remove it to use another package.`,
        { cause: error },
      );
    }
  }
  throw new EngineUnavailableError(
    folder === ''
      ? 'TensorFlow.js is not installed. Run `npm install @tensorflow/tfjs-node-gpu` (CUDA), `@tensorflow/tfjs-node` or ' +
          '`@tensorflow/tfjs` (slow), or train with ONNX Runtime.'
      : `Expected ${tfjsFolderVariable} to name a folder with TensorFlow.js in its node_modules, got ${folder}. Fill it with tools/tfjs-node/build.mjs, or unset the variable.`,
  );
}

/** Node's errors for a missing package, as a module and by `require`. */
function isMissing(message: string, name: string): boolean {
  return (
    message.startsWith(`Cannot find package '${name}'`) ||
    message.startsWith(`Cannot find module '${name}'`)
  );
}

function importFrom(folder: string): (name: string) => Promise<unknown> {
  if (folder === '') return (name) => import(name);
  const require = createRequire(pathToFileURL(resolve(folder, 'package.json')));
  return (name) => Promise.resolve().then(() => require(name) as unknown);
}
