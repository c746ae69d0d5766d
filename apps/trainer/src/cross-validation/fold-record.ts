import { z } from 'zod';
import { recipeSchema } from '../training/recipes/recipe.js';

/** `cross-validation.json`: what the folds share. */
export const planSchema = z.object({
  folds: z.int(),
  seed: z.int(),
  /** `dataFingerprint` of the samples and of their groups that must stay together. */
  data: z.string(),
  together: z.string(),
  recipe: recipeSchema,
  start: z.array(z.object({ file: z.string(), sha256: z.string() })),
});
export type Plan = z.infer<typeof planSchema>;

const measuredSchema = z.object({ value: z.number(), lower: z.number(), upper: z.number() });

/** One line of `folds.jsonl`. */
export const foldRecordSchema = z.object({
  fold: z.int(),
  time: z.string(),
  /** Pictures and patients of each part. */
  train: z.object({ pictures: z.int(), patients: z.int() }),
  validation: z.object({ pictures: z.int(), patients: z.int() }),
  test: z.object({ pictures: z.int(), patients: z.int(), positives: z.int() }),
  epochs: z.int(),
  minutes: z.number(),
  /** SHA-256 of the exported network. */
  model: z.string(),
  /** Chosen on the fold's validation pictures. */
  threshold: z.number(),
  validationAuc: z.number(),
  /** Null if the fold's test part has fewer than two pictures of a class. */
  auc: measuredSchema.nullable(),
});
export type FoldRecord = z.infer<typeof foldRecordSchema>;
