import { CtError } from '@groundglass/core';
import type { Logger } from 'pino';
import type { InferencePool, LoadRequest } from '../inference/inference-pool.js';
import { checkQuantised, choosePrecision, type LoadedFile } from './choose-precision.js';
import { resolveBatchSize, type ModelConfig } from './model-config.js';
import { usualWarmups } from './warmups.js';

/** Which of a model's two files to serve: the quicker one on this machine, or the named one. */
export type Precision = 'auto' | 'float' | 'int8';

interface QuickerOptions {
  readonly pool: Pick<InferencePool, 'load' | 'unload' | 'time'>;
  readonly precision: Precision;
  readonly log: Logger;
}

/**
 * Loads a model from `model.onnx`, or from `model.int8.onnx` next to it. A quantised file that cannot replace the model does not stop
 * it from being served: the file is left out, and the notes say why.
 *
 * @param quantised path of the 8-bit file, if there is one.
 * @param notes receives what a client of this model should know.
 * @throws {CtError} `CT_MODEL_INVALID` where the model of floats cannot be loaded.
 */
export async function loadQuicker(
  { pool, precision, log }: QuickerOptions,
  request: LoadRequest,
  quantised: string | undefined,
  config: ModelConfig,
  notes: string[],
): Promise<LoadedFile> {
  const float = { key: request.key, loaded: await pool.load(request) };
  if (quantised === undefined || precision === 'float') return float;
  const key = `${request.key} int8`;
  try {
    const int8 = { key, loaded: await pool.load({ ...request, key, path: quantised }) };
    checkQuantised(float.loaded, int8.loaded);
    const { inputs, outputs } = float.loaded;
    const [warmup] = usualWarmups(inputs, resolveBatchSize(config, inputs, outputs));
    const chosen =
      precision === 'int8'
        ? { precision, why: 'asked for' }
        : warmup
          ? await choosePrecision({
              ...{ float, int8, warmup },
              time: (...args) => pool.time(...args),
            })
          : { precision: 'float' as const, why: 'there is no picture to time it on' };
    log.info({ model: request.key, ...chosen }, 'precision chosen');
    const [served, other] = chosen.precision === 'int8' ? [int8, float] : [float, int8];
    await pool.unload(other.key);
    return served;
  } catch (error) {
    await pool.unload(key);
    const why = error instanceof CtError ? error.message : 'it cannot be run';
    log.warn({ model: request.key, err: error }, 'the int8 model is not served');
    notes.push(`model.int8.onnx is not served: ${why}`);
    return float;
  }
}
