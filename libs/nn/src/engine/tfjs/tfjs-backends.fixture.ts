import type { Tfjs } from '../../graph/op.js';
import { loadTfjs, tfjsFolderVariable } from './load-tfjs.js';

/** A backend of TensorFlow.js. */
interface TfjsBackend {
  readonly backend: string;
  /** TensorFlow.js with this backend selected; all copies of it in a process share the same one. */
  readonly select: () => Promise<Tfjs>;
}

/**
 * The backends of TensorFlow.js that tests run on: the one in JavaScript, and TensorFlow's C library if `GROUNDGLASS_TFJS_NODE` names
 * a folder filled by `tools/tfjs-node/build.mjs`.
 */
export const tfjsBackends: readonly TfjsBackend[] = await availableBackends();

async function availableBackends(): Promise<TfjsBackend[]> {
  if ((process.env[tfjsFolderVariable] ?? '') !== '') {
    const { tf } = await loadTfjs();
    return [
      { backend: 'JavaScript', select: () => selectBackend(tf, 'cpu') },
      { backend: 'TensorFlow', select: () => selectBackend(tf, 'tensorflow') },
    ];
  }
  console.warn(
    `Skipped: the tests on TensorFlow itself. To run them, build it with "node tools/tfjs-node/build.mjs FOLDER" and set ${tfjsFolderVariable} to FOLDER.`,
  );
  await import('@tensorflow/tfjs-backend-cpu');
  await import('@tensorflow/tfjs-core/dist/register_all_gradients.js');
  const tf: Tfjs = await import('@tensorflow/tfjs-core');
  return [{ backend: 'JavaScript', select: () => selectBackend(tf, 'cpu') }];
}

async function selectBackend(tf: Tfjs, name: string): Promise<Tfjs> {
  if (!(await tf.setBackend(name))) throw new Error(`The backend ${name} does not start`);
  return tf;
}
