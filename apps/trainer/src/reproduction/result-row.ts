import { z } from 'zod';

const interval = z.object({
  value: z.number(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
});
export type PatientInterval = z.infer<typeof interval>;

/** A classifier on the test pictures. */
const scoresSchema = z.object({
  accuracy: interval,
  f1: interval,
  auc: interval,
  truePositives: z.int(),
  falsePositives: z.int(),
  positives: z.int(),
  negatives: z.int(),
  /** Chosen on the validation pictures. */
  threshold: z.number(),
  patients: z.int(),
});
export type ReproductionScores = z.infer<typeof scoresSchema>;

/** One trained and measured line of the tables, in `rows.jsonl`. */
export const resultRowSchema = z.object({
  /** The id of a paper's row, or `baseline:NAME`. */
  row: z.string(),
  seed: z.int(),
  scale: z.string(),
  time: z.string(),
  command: z.string(),
  /** Of the working tree; null outside of one. */
  commit: z.string().nullable(),
  /** Of the training, validation and test samples together. */
  data: z.string(),
  recipe: z.string(),
  /** Of the exported network; null for a baseline. */
  model: z.string().nullable(),
  start: z.object({ file: z.string(), sha256: z.string() }).nullable(),
  epochs: z.int().nullable(),
  minutes: z.number().nullable(),
  train: z.object({ positives: z.int(), negatives: z.int() }),
  /** Null for a baseline. */
  validationAuc: z.number().nullable(),
  test: scoresSchema,
  /** Test pictures in order: 1 for COVID and the probability, for the ROC curve and the calibration. */
  points: z.array(z.tuple([z.union([z.literal(0), z.literal(1)]), z.number()])),
});
export type ReproductionRow = z.infer<typeof resultRowSchema>;
