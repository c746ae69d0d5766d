import { predictionSchema, slicePredictionSchema, warningSchema } from '@groundglass/core/browser';
import { z } from 'zod';

/** Which slices of a volume to score: all, the middle one, one index, or an inclusive range. */
export const sliceSelectionPattern = /^(?:all|middle|\d{1,6}(?:-\d{1,6})?)$/;

/** `?window=center,width` in HU, for the overlay picture. */
export const windowPattern = /^-?\d{1,5}(?:\.\d{1,3})?,\d{1,5}(?:\.\d{1,3})?$/;

/** A model in `GET /v1/models`. */
export const modelSummarySchema = z.object({
  name: z.string(),
  version: z.string(),
  sha256: z.string().nullable(),
  /** Null if the model does not say. */
  trained: z.boolean().nullable(),
  /** Probability from which one slice has the positive label. */
  threshold: z.number().min(0).max(1),
  /** Score from which a volume has the positive label. */
  volumeThreshold: z.number().min(0).max(1),
  /** The negative label and the positive one. */
  labels: z.tuple([z.string().min(1), z.string().min(1)]),
  /** How a volume's score is computed from those of its slices. */
  aggregation: z.string(),
  /** `metadata_props` of the model file. */
  metadata: z.record(z.string(), z.string()),
});
export type ModelSummary = z.infer<typeof modelSummarySchema>;

export const modelListSchema = z.object({ models: z.array(modelSummarySchema) });

/** One line of `POST /v1/predictions` with `Accept: application/x-ndjson`. */
export const predictionEventSchema = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('started'),
    /** Of the prediction that will follow. */
    id: z.string(),
    /** The file, as far as its header describes it. */
    volume: z.object({
      format: z.enum(['png', 'jpeg', 'dicom', 'nifti', 'metaimage']),
      columns: z.int().positive(),
      rows: z.int().positive(),
      sliceCount: z.int().positive(),
    }),
    /** Indices of the slices that will be scored, in order. */
    slices: z.array(z.int().nonnegative()).min(1),
    warnings: z.array(warningSchema),
  }),
  z.object({
    event: z.literal('slice'),
    slice: slicePredictionSchema,
    /** Slices scored or skipped so far, including this one. They arrive in the order in which they are ready. */
    done: z.int().positive(),
    total: z.int().positive(),
  }),
  /** A slice of a series whose file cannot be decoded: the others are scored without it. */
  z.object({
    event: z.literal('skipped'),
    index: z.int().nonnegative(),
    /** `FILE_UNREADABLE` with the file; also in the prediction's warnings. */
    warning: warningSchema,
    /** As of `slice`. */
    done: z.int().positive(),
    total: z.int().positive(),
  }),
  /** The end. Its slices have no masks: each was sent with its own event. */
  z.object({ event: z.literal('prediction'), prediction: predictionSchema }),
  /** Also the end, if an error occurred after the first line. */
  z.object({ event: z.literal('failed'), error: z.string(), code: z.string() }),
]);
export type PredictionEvent = z.infer<typeof predictionEventSchema>;

/** The body of every error response; `code` is missing under `/v2`. */
export const errorBodySchema = z.object({ error: z.string(), code: z.string().optional() });

/** State of a job. `waiting` and `running` continue after a restart of the server. */
export const jobStateSchema = z.enum(['waiting', 'running', 'done', 'cancelled', 'failed']);

/** A study scored in the background, as reported by `/v1/jobs`. */
export const jobSchema = z.object({
  id: z.uuid(),
  state: jobStateSchema,
  /** Files that have their row. */
  done: z.int().nonnegative(),
  /** Of these, files that could not be scored. */
  failed: z.int().nonnegative(),
  total: z.int().nonnegative(),
  /** Files of the folder in no CT format, which have no row. */
  leftOut: z.int().nonnegative(),
  created: z.iso.datetime(),
  /** Why it failed; absent otherwise. */
  error: z.object({ code: z.string(), error: z.string() }).optional(),
});
export type Job = z.infer<typeof jobSchema>;

export const jobListSchema = z.object({ jobs: z.array(jobSchema) });

/** `POST /v1/jobs` for a folder on the server's machine; options as in the query of `/v1/predictions`. */
export const jobRequestSchema = z.strictObject({
  folder: z.string().min(1).max(4096).describe('folder inside one that --data names'),
});
