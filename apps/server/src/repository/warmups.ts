import type { Warmup } from '../inference/inference-calls.js';
import type { ModelConfig } from './model-config.js';

/**
 * The runs before a model counts as ready: those of `model_warmup`, or one over every input of the config with open
 * dimensions at 512, the usual side of a CT slice. A model without either has no warm-up: nothing says what fits it.
 */
export function warmupsOf(config: ModelConfig): Warmup[] {
  const batched = (config.max_batch_size ?? 0) > 0;
  if (config.model_warmup.length > 0) {
    return config.model_warmup.map(({ batch_size: batchSize, inputs }) => ({
      shapes: Object.fromEntries(
        Object.entries(inputs).map(([name, { dims }]) => [
          name,
          batched ? [Math.max(1, batchSize), ...dims] : dims,
        ]),
      ),
    }));
  }
  if (config.input.length === 0) return [];
  const shapes = Object.fromEntries(
    config.input.map(({ name, dims }) => {
      const isImage = dims.length >= 3;
      const closed = dims.map((size) => (size === -1 ? (isImage ? 512 : 1) : size));
      return [name, batched ? [1, ...closed] : closed];
    }),
  );
  return [{ shapes }];
}
