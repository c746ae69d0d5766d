import { z } from 'zod';
import { sha256Schema } from './dataset.js';

const probabilitySchema = z.number().min(0).max(1);

/** The first row of `NAME.predictions.jsonl`: which model scored which dataset, and when. */
export const resultsHeaderSchema = z.object({
  format: z.literal('groundglass-predictions'),
  version: z.literal(1),
  model: z.object({
    name: z.string().min(1),
    version: z.string().min(1),
    /** Null if the server does not report it, as over the Open Inference Protocol alone. */
    sha256: sha256Schema.nullable(),
  }),
  /** The model's labels; `probability` refers to `positive`. */
  labels: z.array(z.string().min(1)).min(1),
  positive: z.string().min(1),
  /** A label is positive from this probability on; null if the model has no threshold of its own. */
  threshold: probabilitySchema.nullable(),
  /** The manifest that was scored; null for a folder without one. `path` is relative to the results file. */
  manifest: z.object({ name: z.string().min(1), path: z.string().min(1).optional() }).nullable(),
  /** When scoring began, ISO 8601. */
  time: z.iso.datetime({ offset: true }),
});
export type ResultsHeader = z.infer<typeof resultsHeaderSchema>;

/** The other rows of `NAME.predictions.jsonl`: the model's result for one sample, or why there is none. */
export const resultRowSchema = z.object({
  /** As in the manifest. */
  path: z.string().min(1),
  slice: z.int().nonnegative().optional(),
  /** Of the file as it was scored; null if it could not be read. */
  sha256: sha256Schema.nullable(),
  /** The verdict; null if there is none: `withheld` or `error` says why. */
  label: z.string().min(1).nullable(),
  withheld: z.array(z.string().min(1)),
  probability: probabilitySchema.nullable(),
  lesionFraction: probabilitySchema.nullable(),
  /** Against the sample's expert mask; null if the mask could not be compared. */
  dice: probabilitySchema.nullable().optional(),
  error: z.object({ code: z.string().min(1), message: z.string() }).optional(),
  /** Further values for metrics; evaluations keep them, so that a resumed one scores nothing twice. */
  evaluation: z
    .object({
      /** Negative, positive. */
      logits: z.tuple([z.number(), z.number()]),
      lesionEvidence: z.number().nullable(),
      /** Pixels of the expert mask, of the model's mask at 0.5, and of both. */
      overlap: z
        .object({ reference: z.int(), prediction: z.int(), intersection: z.int() })
        .optional(),
      /** Pixels that the mask marks, and where they are. */
      places: z
        .object({
          marked: z.int(),
          outsideLungs: z.int(),
          outsideHull: z.int(),
          covered: probabilitySchema,
        })
        .optional(),
    })
    .optional(),
});
export type ResultRow = z.infer<typeof resultRowSchema>;
