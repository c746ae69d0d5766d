import { z } from 'zod';

/** Where a job stands. `waiting` and `running` go on after a restart of the server. */
export const jobStateSchema = z.enum(['waiting', 'running', 'done', 'cancelled', 'failed']);

/** A job as `/v1/jobs` shows it. */
export const jobSchema = z.object({
  id: z.uuid(),
  state: jobStateSchema,
  /** Files that have their row. */
  done: z.int().nonnegative(),
  /** Of these, files that could not be scored. */
  failed: z.int().nonnegative(),
  total: z.int().nonnegative(),
  /** Files of the folder that are of no CT format and have no row. */
  leftOut: z.int().nonnegative(),
  created: z.iso.datetime(),
  /** Why it failed; absent otherwise. */
  error: z.object({ code: z.string(), error: z.string() }).optional(),
});
export type JobStatus = z.infer<typeof jobSchema>;

export const jobListSchema = z.object({ jobs: z.array(jobSchema) });

/** `POST /v1/jobs` for a folder of the machine that the server runs on; options as in the query of `/v1/predictions`. */
export const jobRequestSchema = z.strictObject({
  folder: z.string().min(1).max(4096).describe('folder inside one that --data names'),
});

/** `job.json`: what a job needs to go on after a restart. */
export const jobRecordSchema = z.object({
  id: z.uuid(),
  created: z.iso.datetime(),
  state: jobStateSchema,
  /** The folder whose files are scored. */
  folder: z.string(),
  /** Whether the folder is the job's own, of uploaded files, and goes with it. */
  uploaded: z.boolean(),
  paths: z.array(z.string()).readonly(),
  leftOut: z.int().nonnegative(),
  /** The query as it came. */
  query: z.record(z.string(), z.string()),
  error: z.object({ code: z.string(), error: z.string() }).optional(),
});
export type JobRecord = z.infer<typeof jobRecordSchema>;
