import type { TargetSample } from '@groundglass/dataset';
import { changeGrey, cutOut, drawTransform, type Augmentation, type Transform } from './augment.js';
import { degrade } from './degrade.js';
import type { LoadedSample } from './load-sample.js';
import { SeededRandom } from '@groundglass/core';

/** What one sample contributes to a batch. */
export interface Example {
  /** `size * size` values in 0–1. */
  readonly image: Float32Array;
  /** 0 (non-covid) to 1 (covid), in between where two are mixed. */
  readonly label: number;
  /** `size * size` values in 0–1; zeros if there is no mask. */
  readonly mask: Float32Array;
  /** 1 where the mask counts in the loss. */
  readonly maskWeight: number;
  /** `size * size`: 0 for pixels that may or may not be lesion. All known if missing. */
  readonly maskKnown?: Float32Array;
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
  /** Sources whose slices train segmentation only: if all are of one class, their look would reveal the label. */
  readonly segmentationOnly: readonly string[];
  /** Sources whose slices count as covid if the mask shows a lesion; the labels of their other slices do not count. */
  readonly labelledByMask: readonly string[];
  /** A covid sample without a mask still teaches that nothing outside of the lungs is lesion. */
  readonly nothingOutsideLungs: boolean;
  readonly seed: number;
}

/**
 * Makes an example of a sample. The draw depends only on (seed, epoch, sample index), so that a resumed run sees the same
 * examples, however many workers there are.
 */
export function makeExample(
  loaded: LoadedSample,
  sample: TargetSample,
  place: { epoch: number; index: number },
  options: ExampleOptions,
): Example {
  const random = new SeededRandom(options.seed, place.epoch, place.index);
  const { size, augmentation } = options;
  const transform = drawTransform(random, loaded.image, augmentation);
  const image = cutOut(loaded.image, transform, size, { outside: transform.fill });
  changeGrey(image, transform, random);
  const target = targets(loaded, sample, transform, options);
  for (const shown of visibleParts(loaded, transform, options, random)) {
    for (let i = 0; i < image.length; i++) {
      if (shown[i]! >= 0.5) continue;
      // A lesion that is blacked out is not visible, so it is no lesion.
      image[i] = 0;
      target.mask[i] = 0;
    }
  }
  return { image: degrade(image, size, augmentation, random), ...target };
}

/** The masks outside of which this draw blacks out the picture. */
function visibleParts(
  { lungs }: LoadedSample,
  transform: Transform,
  { size, augmentation: { lungsOnly, roundField } }: ExampleOptions,
  random: SeededRandom,
): Float32Array[] {
  const parts: Float32Array[] = [];
  if (lungs && random.chance(lungsOnly)) parts.push(cutOut(lungs, transform, size, binary));
  if (random.chance(roundField)) parts.push(disc(size, random.uniform(0.42, 0.52) * size));
  return parts;
}

const binary = { antialias: false } as const;

function disc(size: number, radius: number): Float32Array {
  const middle = (size - 1) / 2;
  return Float32Array.from({ length: size * size }, (_, i) => {
    const [row, column] = [Math.floor(i / size), i % size];
    return (row - middle) ** 2 + (column - middle) ** 2 <= radius * radius ? 1 : 0;
  });
}

/** Lesions smaller than this share of the picture do not make it positive. */
const leastLesion = 0.002;

/** Label and mask, and their weights. */
function targets(
  loaded: LoadedSample,
  sample: TargetSample,
  transform: Transform,
  {
    size,
    emptyMaskForNormals,
    segmentationOnly,
    labelledByMask,
    nothingOutsideLungs,
  }: ExampleOptions,
): Omit<Example, 'image'> {
  const pasted = loaded.pasted === true;
  const positive = sample.target === 1 || pasted;
  const mask = loaded.mask && cutOut(loaded.mask, transform, size, binary);
  const byMask = pasted || labelledByMask.includes(sample.source);
  const labelCounts = byMask
    ? mask !== undefined && mask.reduce((sum, value) => sum + value, 0) >= leastLesion * size * size
    : !segmentationOnly.includes(sample.source);
  const target = { label: positive ? 1 : 0, labelWeight: labelCounts ? 1 : 0 };
  if (mask) return { ...target, mask, maskWeight: 1 };
  const empty = new Float32Array(size * size);
  if (!positive) return { ...target, mask: empty, maskWeight: emptyMaskForNormals ? 1 : 0 };
  if (!nothingOutsideLungs || !loaded.hull) return { ...target, mask: empty, maskWeight: 0 };
  const hull = cutOut(loaded.hull, transform, size, binary);
  const maskKnown = hull.map((inside) => (inside > 0 ? 0 : 1));
  return { ...target, mask: empty, maskKnown, maskWeight: 1 };
}

/** A batch in the engine's form. */
export interface Batch {
  /** `[N, 1, size, size]`. */
  readonly image: Float32Array;
  /** `[N]`, 0 or 1. */
  readonly label: Float32Array;
  /** `[N, 1, size, size]`. */
  readonly mask: Float32Array;
  /** `[N]`, 0 or 1. */
  readonly maskWeight: Float32Array;
  /** `[N, 1, size, size]`, 0 or 1. */
  readonly maskKnown: Float32Array;
  /** `[N]`, 0 or 1. */
  readonly labelWeight: Float32Array;
  readonly count: number;
}

/** Concatenates examples. */
export function stackExamples(examples: readonly Example[], size: number): Batch {
  const count = examples.length;
  const pixels = size * size;
  const batch = {
    image: new Float32Array(count * pixels),
    label: new Float32Array(count),
    mask: new Float32Array(count * pixels),
    maskWeight: new Float32Array(count),
    maskKnown: new Float32Array(count * pixels).fill(1),
    labelWeight: new Float32Array(count),
    count,
  };
  for (const [i, example] of examples.entries()) {
    batch.image.set(example.image, i * pixels);
    batch.mask.set(example.mask, i * pixels);
    if (example.maskKnown) batch.maskKnown.set(example.maskKnown, i * pixels);
    batch.label[i] = example.label;
    batch.maskWeight[i] = example.maskWeight;
    batch.labelWeight[i] = example.labelWeight;
  }
  return batch;
}
