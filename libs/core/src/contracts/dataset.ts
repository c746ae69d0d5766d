import { z } from 'zod';
import { labelSchema } from './prediction.js';

export const splits = ['train', 'val', 'test'] as const;

/**
 * A path relative to the manifest, with forward slashes, that stays inside the manifest's folder or below `root`.
 * Absolute paths, URLs, drive letters and `..` are refused.
 */
const relativePathSchema = z
  .string()
  .min(1)
  .refine(
    (path) =>
      !/^([a-zA-Z][a-zA-Z0-9+.-]*:[\\/]{2}|[a-zA-Z]:|[\\/])/.test(path) &&
      !path.split(/[\\/]/).includes('..') &&
      !path.includes('\0'),
    { error: 'Expected a relative path that stays inside the dataset' },
  );

/** One row of `samples.jsonl`. */
export const datasetSampleSchema = z.object({
  path: relativePathSchema,
  /** Index of the slice where `path` is a volume. */
  slice: z.int().nonnegative().optional(),
  label: labelSchema,
  split: z.enum(splits),
  /** The unit that splits keep whole. */
  patient: z.string().min(1),
  source: z.string().min(1),
  /** Lesion mask of the same size: an image whose pixels are 0 outside. */
  mask: relativePathSchema.optional(),
  meta: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});
export type DatasetSample = z.infer<typeof datasetSampleSchema>;

/** `groundglass.dataset.json`. */
export const datasetManifestSchema = z.object({
  format: z.literal('groundglass-dataset'),
  version: z.literal(1),
  name: z.string().min(1),
  description: z.string().optional(),
  license: z.string().optional(),
  /** The JSON Lines file beside the manifest. */
  samples: z.literal('samples.jsonl'),
  /** Folder that the samples' paths start from, relative to the manifest or absolute; the manifest's own unless given. */
  root: z.string().optional(),
});
export type DatasetManifest = z.infer<typeof datasetManifestSchema>;
