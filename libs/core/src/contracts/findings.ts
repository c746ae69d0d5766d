import { z } from 'zod';

/** How much a finding matters: an error makes numbers wrong, a warning may, an info is good to know. */
export const severities = ['error', 'warning', 'info'] as const;
export type Severity = (typeof severities)[number];

/** One row of `NAME.audit.jsonl`. */
export const findingSchema = z.object({
  /** Name of the rule, such as `near-duplicate`. */
  rule: z.string().min(1),
  severity: z.enum(severities),
  /** One sentence for the reader. */
  message: z.string().min(1),
  /** Samples that the finding is about; `line` is the row of `samples.jsonl`, from 1, null if the file is in no row. */
  samples: z.array(
    z.object({
      path: z.string().min(1),
      slice: z.int().nonnegative().optional(),
      line: z.int().positive().nullable(),
    }),
  ),
  /** The evidence for the finding, by the rule's own names. */
  evidence: z.record(z.string(), z.json()),
});
export type Finding = z.infer<typeof findingSchema>;
