import { z } from 'zod';
import { warningCodes } from './warning-codes.js';
import { withheldCodes } from './withheld-codes.js';

/** The classes of the trainer's models, in the order of their logits; the second is the positive one. */
export const labels = ['non-covid', 'covid'] as const;

export const labelSchema = z.enum(labels);
export type Label = z.infer<typeof labelSchema>;

const probabilitySchema = z.number().min(0).max(1);

/** A lesion mask in JSON. */
export const encodedMaskSchema = z.object({
  width: z.int().positive(),
  height: z.int().positive(),
  /** `png`: an 8-bit grey PNG of the lesion probability times 255, in base64. */
  encoding: z.literal('png'),
  data: z.base64(),
});
export type EncodedMask = z.infer<typeof encodedMaskSchema>;

/** A {@link Warning} in JSON. */
export const warningSchema = z.object({
  code: z.enum(warningCodes),
  file: z.string().optional(),
  detail: z.string().optional(),
});

export const withheldSchema = z.enum(withheldCodes);

export const slicePredictionSchema = z.object({
  /** Index of the slice in the volume, from 0. */
  index: z.int().nonnegative(),
  /** Name of the slice's own file, if the volume is made of several. */
  file: z.string().optional(),
  probability: probabilitySchema,
  /** Lesion pixels over lung pixels; null if no lung was found. */
  lesionFraction: probabilitySchema.nullable(),
  /** Whether the slice counts for the volume's score: it shows enough lung, and nothing speaks against it. */
  counted: z.boolean(),
  mask: encodedMaskSchema.optional(),
});
export type SlicePrediction = z.infer<typeof slicePredictionSchema>;

/** The server's answer for one CT file; the contract between server, client, editor and scripts. */
export const predictionSchema = z.object({
  id: z.string().min(1),
  /** Name of the file that was scored, the first of several; null if the upload had none. */
  file: z.string().nullable(),
  /** A label of the model, the positive one if `probability >= threshold`; null if withheld, for the reasons in `withheld`. */
  label: z.string().min(1).nullable(),
  /** Why there is no label; empty if there is one. */
  withheld: z.array(withheldSchema),
  /** Probability of the positive label, from the model alone; means nothing if the label is withheld. */
  probability: probabilitySchema,
  /** Decision threshold: the slice threshold for one slice, the volume threshold for several. */
  threshold: probabilitySchema,
  /** How the probability is computed from those of the slices that count; null for one slice. */
  aggregation: z.string().nullable(),
  /** Lesion pixels over lung pixels of all scored slices; null if no lung was found. */
  lesionFraction: probabilitySchema.nullable(),
  slices: z.array(slicePredictionSchema).min(1),
  model: z.object({
    name: z.string().min(1),
    version: z.string().min(1),
    /** Of the model file; null if the server does not report it. */
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
    /** Null if neither the model nor the server reports it. */
    trained: z.boolean().nullable(),
    /** The label that the probability refers to; covid if a server does not say. */
    positive: z.string().min(1).optional(),
  }),
  preprocessing: z.object({
    /** The window in HU that the model saw; null if the file has no Hounsfield units. */
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
