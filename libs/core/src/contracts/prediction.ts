import { z } from 'zod';
import { warningCodes } from './warning-codes.js';

/** The classes in the order of the model's logits. `covid` is the positive class everywhere. */
export const labels = ['non-covid', 'covid'] as const;

export const labelSchema = z.enum(labels);
export type Label = z.infer<typeof labelSchema>;

const probabilitySchema = z.number().min(0).max(1);

/** A lesion mask as it travels in JSON. */
export const encodedMaskSchema = z.object({
  width: z.int().positive(),
  height: z.int().positive(),
  /** `png`: an 8-bit grey PNG of the lesion probability times 255, in base64. */
  encoding: z.literal('png'),
  data: z.base64(),
});
export type EncodedMask = z.infer<typeof encodedMaskSchema>;

/** A {@link Warning} as it travels in JSON. */
export const warningSchema = z.object({
  code: z.enum(warningCodes),
  file: z.string().optional(),
  detail: z.string().optional(),
});

export const slicePredictionSchema = z.object({
  /** Index of the slice in the volume, from 0. */
  index: z.int().nonnegative(),
  probability: probabilitySchema,
  /** Lesion pixels over lung pixels; null where no lung was found. */
  lesionFraction: probabilitySchema.nullable(),
  mask: encodedMaskSchema.optional(),
});
export type SlicePrediction = z.infer<typeof slicePredictionSchema>;

/** What the server answers for one CT file; the contract between server, client, editor and scripts. */
export const predictionSchema = z.object({
  id: z.string().min(1),
  label: labelSchema,
  /** Patient-level probability of COVID-19. */
  probability: probabilitySchema,
  /** Decision threshold: `label` is `covid` where `probability >= threshold`. */
  threshold: probabilitySchema,
  /** Lesion pixels over lung pixels of all scored slices; null where no lung was found. */
  lesionFraction: probabilitySchema.nullable(),
  slices: z.array(slicePredictionSchema).min(1),
  model: z.object({
    name: z.string().min(1),
    version: z.string().min(1),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    trained: z.boolean(),
  }),
  preprocessing: z.object({
    /** The window in HU that the model saw; null where the file has no Hounsfield units. */
    window: z.object({ center: z.number(), width: z.number().positive() }).nullable(),
    crop: z.enum(['none', 'chest']),
    huLost: z.boolean(),
  }),
  warnings: z.array(warningSchema),
  timingsMs: z.object({
    decode: z.number().nonnegative(),
    queue: z.number().nonnegative(),
    infer: z.number().nonnegative(),
    total: z.number().nonnegative(),
  }),
});
export type Prediction = z.infer<typeof predictionSchema>;
