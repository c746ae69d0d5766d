import { jobStateSchema } from '@groundglass/client';
import { z } from 'zod';

/** `job.json`: what a job needs to resume after a restart. */
export const jobRecordSchema = z.object({
  id: z.uuid(),
  created: z.iso.datetime(),
  state: jobStateSchema,
  /** The folder whose files are scored. */
  folder: z.string(),
  /** Whether the folder holds the job's own uploaded files and is removed with it. */
  uploaded: z.boolean(),
  paths: z.array(z.string()).readonly(),
  leftOut: z.int().nonnegative(),
  /** The query as received. */
  query: z.record(z.string(), z.string()),
  error: z.object({ code: z.string(), error: z.string() }).optional(),
});
export type JobRecord = z.infer<typeof jobRecordSchema>;
