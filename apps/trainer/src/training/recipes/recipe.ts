import { z } from 'zod';

const range = z.tuple([z.number(), z.number()]);

/** Every setting of a run. `config.json` holds one of these, so that a run can be repeated. */
export const recipeSchema = z.object({
  name: z.string().min(1),
  model: z.object({
    /** `joint` classifies and segments (the paper's JCS); `classifier` is the backbone with a linear layer. */
    network: z.enum(['joint', 'classifier']).default('joint'),
    backbone: z.enum([
      'mobilenet-v2',
      'efficientnet-lite0',
      'efficientnet-lite1',
      'efficientnet-lite2',
      'densenet121',
      'densenet169',
      'densenet201',
      'densenet-tiny',
    ]),
    /** Distance of feature positions in pixels; 16 and 8 dilate the last blocks instead of striding. */
    outputStride: z.union([z.literal(8), z.literal(16), z.literal(32)]),
    /** Channels of each ASPP branch; 256 in the paper. */
    asppChannels: z.int().positive(),
    asppRates: z.array(z.int().positive()).min(1),
    /** Channels of the backbone's fine map that join the segmentation branch; 0 as in the paper. */
    skipChannels: z.int().min(0).default(0),
    /** The classification branch also reads the lesion fraction of the mask. */
    maskStatistics: z.boolean().default(false),
    /** The classification branch also reads the backbone's pooled features. */
    backboneFeatures: z.boolean().default(false),
    dropout: z.number().min(0).max(0.9),
  }),
  /** Side of the square that the model sees, in pixels. */
  imageSize: z.int().min(32).max(1024),
  /** `chest` crops to the body first; the model then never sees the picture's frame. */
  crop: z.enum(['none', 'chest']),
  batchSize: z.int().positive(),
  epochs: z.int().positive(),
  optimizer: z.object({
    kind: z.enum(['adam', 'adamw', 'sgd']),
    learningRate: z.number().positive(),
    weightDecay: z.number().min(0),
    /** Of Adam: added to the root of the mean square, so that gradients far below it hardly count. */
    epsilon: z.number().positive().default(1e-8),
  }),
  schedule: z.discriminatedUnion('kind', [
    /** Cosine stepped once an epoch; after `period` epochs the rate rises again, as PyTorch's CosineAnnealingLR does. */
    z.object({ kind: z.literal('cosine'), period: z.int().positive() }),
    /** Cosine that starts again from the full rate after `period` epochs, each time `growth` times longer. */
    z.object({
      kind: z.literal('warm-restarts'),
      period: z.int().positive(),
      growth: z.number().min(1),
    }),
    /** Rises over the first `warmup` epochs, then falls along a cosine to the last epoch. */
    z.object({ kind: z.literal('one-cycle'), warmup: z.number().min(0) }),
    z.object({ kind: z.literal('constant') }),
  ]),
  augmentation: z.object({
    cropScale: range,
    cropRatio: range,
    flip: z.number().min(0).max(1),
    brightness: z.number().min(0).max(1),
    contrast: z.number().min(0).max(1),
    rotation: z.number().min(0).max(180),
    gamma: z.number().min(0).max(2),
    noise: z.number().min(0).max(1),
    border: z.number().min(0).max(1).default(0),
    roundField: z.number().min(0).max(1).default(0),
    lungsOnly: z.number().min(0).max(1).default(0),
    downscale: z.number().min(0).max(1).default(0),
    jpeg: z.number().min(0).max(1).default(0),
    paste: z.number().min(0).max(1).default(0),
    mixup: z.number().min(0).max(4).default(0),
  }),
  loss: z.object({
    classification: z.number().min(0),
    segmentation: z.number().min(0),
    labelSmoothing: z.number().min(0).max(0.5),
    /** A non-covid sample without a mask counts as one with an empty mask. */
    emptyMaskForNormals: z.boolean(),
    /** Adds soft Dice to the mask's cross-entropy. */
    dice: z.number().min(0),
    /** Sources whose slices train segmentation only. */
    segmentationOnly: z.array(z.string()),
    /** Sources whose slices count as covid if their mask shows a lesion; their other slices train segmentation only. */
    labelledByMask: z.array(z.string()).default([]),
    /** Covid pictures without a mask teach that nothing outside of the lungs is lesion. */
    nothingOutsideLungs: z.boolean().default(false),
  }),
  /**
   * Share of a source's training samples that an epoch draws, different each epoch: 0.25 sees a quarter, 2 sees each twice.
   * Unnamed sources are seen once.
   */
  sampling: z.record(z.string(), z.number().min(0).max(10)),
  /** Train segmentation on a network's masks (`meta.pseudoMask`) too, if there is no expert's. Never used to report Dice. */
  pseudoMasks: z.boolean(),
  /** Mean and deviation of grey before the network; `dataset` measures them on the training images. */
  normalisation: z.union([z.literal('dataset'), range]),
  /** Largest global norm of all gradients; 0 disables clipping. */
  clipNorm: z.number().min(0),
  /** Decay per step of averaged weights (EMA); 0 evaluates the last weights. */
  averaging: z.number().min(0).max(0.9999),
  seed: z.int().nonnegative(),
});

/** See {@link recipeSchema}. */
export type Recipe = z.infer<typeof recipeSchema>;
