import type { Recipe } from './recipe.js';

/** The paper's (arXiv 2003.13865, section 5.1), for a machine with a GPU or a night. */
const paper = {
  name: 'paper',
  model: {
    network: 'joint',
    backbone: 'densenet169',
    outputStride: 32,
    asppChannels: 256,
    asppRates: [6, 12, 18], // the paper's 12/24/36 reach past the 15×15 map of 480 pixels at stride 32
    skipChannels: 0,
    maskStatistics: false,
    backboneFeatures: false,
    dropout: 0.5,
  },
  imageSize: 480, // 224 trains 4.6 times faster
  crop: 'none',
  batchSize: 16,
  epochs: 100,
  optimizer: { kind: 'adam', learningRate: 1e-4, weightDecay: 0, epsilon: 1e-8 },
  schedule: { kind: 'cosine', period: 10 },
  augmentation: {
    cropScale: [0.5, 1],
    cropRatio: [3 / 4, 4 / 3],
    flip: 0.5,
    brightness: 0.2,
    contrast: 0.2,
    rotation: 0,
    gamma: 0,
    noise: 0,
    border: 0,
    roundField: 0,
    lungsOnly: 0,
    downscale: 0,
    jpeg: 0,
    paste: 0,
    mixup: 0,
  },
  loss: {
    classification: 1,
    segmentation: 1,
    labelSmoothing: 0,
    emptyMaskForNormals: false,
    dice: 0,
    segmentationOnly: [],
    labelledByMask: [],
    nothingOutsideLungs: false,
  },
  sampling: {},
  pseudoMasks: false,
  normalisation: 'dataset',
  clipNorm: 0,
  averaging: 0,
  seed: 1,
} as const satisfies Recipe;

/** Takes two laptop cores an hour on a few hundred images. */
const fast = {
  name: 'fast',
  model: {
    network: 'joint',
    backbone: 'mobilenet-v2',
    outputStride: 16, // 32 is a third faster and its masks are coarse
    asppChannels: 64, // 256 costs four times as much and 2 MB more
    asppRates: [3, 6, 9],
    skipChannels: 24,
    maskStatistics: false,
    backboneFeatures: false,
    dropout: 0.5,
  },
  imageSize: 256,
  crop: 'none',
  batchSize: 16,
  epochs: 30,
  optimizer: { kind: 'adamw', learningRate: 3e-4, weightDecay: 0.01, epsilon: 1e-8 },
  schedule: { kind: 'one-cycle', warmup: 1 },
  augmentation: {
    cropScale: [0.5, 1],
    cropRatio: [3 / 4, 4 / 3],
    flip: 0.5,
    brightness: 0.2,
    contrast: 0.2,
    rotation: 10,
    gamma: 0.2,
    noise: 0.02,
    border: 0,
    roundField: 0,
    lungsOnly: 0,
    downscale: 0,
    jpeg: 0,
    paste: 0,
    mixup: 0,
  },
  loss: {
    classification: 1,
    segmentation: 1,
    labelSmoothing: 0.05,
    emptyMaskForNormals: true,
    dice: 1,
    segmentationOnly: [],
    labelledByMask: [],
    nothingOutsideLungs: false,
  },
  sampling: {},
  pseudoMasks: false,
  normalisation: [0.5, 0.5], // what the ImageNet weights of MobileNetV2 expect
  clipNorm: 5,
  averaging: 0.99, // about the last 100 steps
  seed: 1,
} as const satisfies Recipe;

/** Takes two cores an hour or two, for pictures of other hospitals: the shipped model's. */
const travel = {
  ...fast,
  name: 'travel',
  model: { ...fast.model, maskStatistics: true, backboneFeatures: true, dropout: 0.3 },
  imageSize: 224, // 256 trains a quarter slower
  crop: 'chest', // windows and crops differ by source, and the source reveals the class
  batchSize: 12,
  epochs: 12,
  optimizer: { kind: 'adamw', learningRate: 5e-4, weightDecay: 0.02, epsilon: 1e-8 },
  schedule: { kind: 'one-cycle', warmup: 1 },
  augmentation: {
    cropScale: [0.4, 2.6], // out as well as in: whole frames reach the model where no chest is found
    cropRatio: [0.8, 1.25],
    flip: 0.5,
    brightness: 0.2,
    contrast: 0.35,
    rotation: 12,
    gamma: 0.3,
    noise: 0.035,
    border: 0.2,
    roundField: 0.2,
    lungsOnly: 0.15,
    downscale: 0.35,
    jpeg: 0.35,
    paste: 0.5,
    mixup: 0,
  },
  loss: {
    classification: 1,
    segmentation: 1,
    labelSmoothing: 0.05,
    emptyMaskForNormals: true,
    dice: 1,
    segmentationOnly: [],
    labelledByMask: ['covid-seg', 'radiopaedia9', 'covid-seg-volumes'],
    nothingOutsideLungs: true,
  },
  sampling: {
    'covid-ct': 0.8,
    'covid-seg': 1.6,
    radiopaedia9: 0.8,
    luna16: 1.2,
    'covid-seg-volumes': 0.1,
  },
  pseudoMasks: true, // of coronacases alone: a radiopaedia_* volume may be a patient of radiopaedia9
} as const satisfies Recipe;

/** A few minutes: for trying the tools and for tests. */
const tiny = {
  ...fast,
  name: 'tiny',
  model: {
    network: 'joint',
    backbone: 'densenet-tiny',
    outputStride: 16,
    asppChannels: 16,
    asppRates: [1, 2, 3],
    skipChannels: 0,
    maskStatistics: false,
    backboneFeatures: false,
    dropout: 0,
  },
  imageSize: 64,
  batchSize: 8,
  epochs: 30,
  // With 1e-8 Adam makes whole steps of the rounding errors of gradients that are 0: engines would diverge after one step.
  optimizer: { kind: 'adam', learningRate: 3e-3, weightDecay: 0, epsilon: 1e-4 },
  augmentation: { ...fast.augmentation, cropScale: [0.8, 1], rotation: 0, gamma: 0, noise: 0 },
  loss: {
    classification: 1,
    segmentation: 1,
    labelSmoothing: 0,
    emptyMaskForNormals: true,
    dice: 1,
    segmentationOnly: [],
    labelledByMask: [],
    nothingOutsideLungs: false,
  },
  normalisation: 'dataset',
  clipNorm: 0,
  averaging: 0,
} as const satisfies Recipe;

/** The recipes by name. */
export const recipes = { paper, fast, travel, tiny } as const satisfies Record<string, Recipe>;
