import type { OipTensorSpec } from '@groundglass/client';
import type { Warmup } from '../inference/inference-calls.js';
import type { ModelConfig } from './model-config.js';

/** The usual side of a CT slice. */
const sliceSide = 512;
/** Elements of one input with more open dimensions than a picture: a warm-up must not use memory that no request has asked for. */
const volumeElements = 2 ** 18;
/** Above this many elements in all inputs there is no default warm-up. */
const mostElements = 2 ** 22;

/** The runs of `model_warmup`, which must succeed before the model counts as ready. */
export function askedWarmups(config: ModelConfig, maxBatchSize: number): Warmup[] {
  return config.model_warmup.map(({ batch_size: batchSize, inputs }) => ({
    shapes: Object.fromEntries(
      Object.entries(inputs).map(([name, { dims }]) => [
        name,
        maxBatchSize > 0 ? [Math.max(1, batchSize), ...dims] : dims,
      ]),
    ),
  }));
}

/**
 * The default warm-up on zeros, with the usual sizes in the open dimensions; none for text, since no model expects zeros as
 * text, and none for large inputs. Whether it succeeds says nothing about the model.
 */
export function usualWarmups(inputs: readonly OipTensorSpec[], maxBatchSize: number): Warmup[] {
  if (inputs.length === 0 || inputs.some(({ datatype }) => datatype === 'BYTES')) return [];
  const shapes = Object.fromEntries(
    inputs.map(({ name, shape }) => {
      const [rows, inner] = maxBatchSize > 0 ? [[1], shape.slice(1)] : [[], shape];
      return [name, [...rows, ...closed(inner)]] as const;
    }),
  );
  const elements = Object.values(shapes).reduce(
    (sum, shape) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
  return elements > mostElements ? [] : [{ shapes }];
}

function closed(shape: readonly number[]): number[] {
  const open = shape.filter((size) => size === -1).length;
  const isPicture = shape.length >= 3;
  const side = open <= 2 ? sliceSide : Math.floor(volumeElements ** (1 / open));
  return shape.map((size, axis) => {
    if (size !== -1) return size;
    // Of four and more the first is the batch, even where the config does not say so.
    return isPicture && !(axis === 0 && shape.length >= 4) ? side : 1;
  });
}
