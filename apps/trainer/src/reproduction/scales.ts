import type { Recipe } from '../training/recipes/recipe.js';
import { recipes } from '../training/recipes/recipes.js';

/** How large a reproduction is. */
export interface Scale {
  readonly recipe: Recipe;
  /** Differences from the paper, for the caption of its table. */
  readonly caption: string;
}

// The paper crops its pictures to the chest before anything else (section 2).
const paper = { ...recipes.paper, crop: 'chest' } as const satisfies Recipe;

/** The scales by name. */
export const scales = {
  paper: {
    recipe: paper,
    caption:
      'DenseNet-169 at 480×480, batches of 16, Adam with 1e-4 and a cosine of period 10, random crops, flips, brightness and contrast, as the paper has them; 100 epochs, which the paper does not state.',
  },
  small: {
    recipe: {
      ...paper,
      name: 'reproduce-small',
      model: {
        ...paper.model,
        backbone: 'mobilenet-v2',
        asppChannels: 64,
        asppRates: [1, 2, 3], // the map of 160 pixels at stride 32 has 5 × 5 places
      },
      imageSize: 160,
      epochs: 12,
      optimizer: { kind: 'adam', learningRate: 3e-4, weightDecay: 0, epsilon: 1e-8 },
      schedule: { kind: 'one-cycle', warmup: 1 },
      normalisation: [0.5, 0.5], // what MobileNetV2's weights expect
    },
    caption:
      'MobileNetV2 in place of DenseNet-169, 160×160 pixels in place of 480×480, 12 epochs of one learning-rate cycle up to 3e-4, 64 ASPP channels: what two cores train in an evening. Augmentation, loss and batches of 16 are the paper’s.',
  },
  tiny: {
    recipe: {
      ...paper,
      name: 'reproduce-tiny',
      model: recipes.tiny.model,
      imageSize: 64,
      epochs: 2,
      batchSize: 8,
      optimizer: recipes.tiny.optimizer,
      schedule: { kind: 'constant' },
    },
    caption:
      'A toy network at 64×64 pixels for two epochs: it tries the command in minutes, and its figures mean nothing.',
  },
} as const satisfies Record<string, Scale>;

export type ScaleName = keyof typeof scales;
