import type { DatasetSample } from '@groundglass/core';
import { changeGrey, cutOut, drawTransform, type Augmentation } from './augment.js';
import type { LoadedSample } from './load-sample.js';
import { Random } from './random.js';

/** What one sample contributes to a batch. */
export interface Example {
  /** `size * size` values in 0–1. */
  readonly image: Float32Array;
  /** 0 (non-covid) to 1 (covid), between them where two are mixed. */
  readonly label: number;
  /** `size * size` values in 0–1; zeros where there is no mask. */
  readonly mask: Float32Array;
  /** 1 where the mask counts in the loss. */
  readonly maskWeight: number;
  /** 1 where the label counts in the loss. */
  readonly labelWeight: number;
}

/** How examples are made from samples. */
export interface ExampleOptions {
  /** Side of the square that examples are scaled to, in pixels. */
  readonly size: number;
  readonly augmentation: Augmentation;
  /** A non-covid sample without a mask counts as one with an empty mask. */
  readonly emptyMaskForNormals: boolean;
  /** Sources whose slices train segmentation only: where all are of one class, their look would give the label away. */
  readonly segmentationOnly: readonly string[];
  readonly seed: number;
}

/**
 * Makes an example of a sample. The draw depends on (seed, epoch, sample index) alone, so that a resumed run sees what it
 * would have seen, however many workers there are.
 */
export function makeExample(
  loaded: LoadedSample,
  sample: DatasetSample,
  place: { epoch: number; index: number },
  options: ExampleOptions,
): Example {
  const random = new Random(options.seed, place.epoch, place.index);
  const transform = drawTransform(random, loaded.image, options.augmentation);
  const image = cutOut(loaded.image, transform, options.size);
  changeGrey(image, transform, random);
  const covid = sample.label === 'covid';
  const mask = loaded.mask && cutOut(loaded.mask, transform, options.size);
  return {
    image,
    label: covid ? 1 : 0,
    mask: mask ?? new Float32Array(options.size * options.size),
    maskWeight: mask !== undefined || (!covid && options.emptyMaskForNormals) ? 1 : 0,
    labelWeight: options.segmentationOnly.includes(sample.source) ? 0 : 1,
  };
}

/** A batch as the engine takes it. */
export interface Batch {
  /** `[N, 1, size, size]`. */
  readonly image: Float32Array;
  /** `[N]`, 0 or 1. */
  readonly label: Float32Array;
  /** `[N, 1, size, size]`. */
  readonly mask: Float32Array;
  /** `[N]`, 0 or 1. */
  readonly maskWeight: Float32Array;
  /** `[N]`, 0 or 1. */
  readonly labelWeight: Float32Array;
  readonly count: number;
}

/** Lays examples side by side. */
export function stackExamples(examples: readonly Example[], size: number): Batch {
  const count = examples.length;
  const pixels = size * size;
  const batch = {
    image: new Float32Array(count * pixels),
    label: new Float32Array(count),
    mask: new Float32Array(count * pixels),
    maskWeight: new Float32Array(count),
    labelWeight: new Float32Array(count),
    count,
  };
  for (const [i, example] of examples.entries()) {
    batch.image.set(example.image, i * pixels);
    batch.mask.set(example.mask, i * pixels);
    batch.label[i] = example.label;
    batch.maskWeight[i] = example.maskWeight;
    batch.labelWeight[i] = example.labelWeight;
  }
  return batch;
}
