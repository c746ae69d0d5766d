import { z } from 'zod';

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

/** SHA-256 as 64 hexadecimal digits. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, {
  error: 'Expected a SHA-256 of 64 hexadecimal digits',
});

/** The labels of a manifest without `labels`; the last one is positive. */
export const defaultLabels = ['non-covid', 'covid'] as const;

/** One row of `samples.jsonl`. */
export const datasetSampleSchema = z.object({
  path: relativePathSchema,
  /** Index of the slice if `path` is a volume. */
  slice: z.int().nonnegative().optional(),
  /** One of the manifest's `labels`; null if unknown. */
  label: z.string().min(1).nullable(),
  split: z.enum(splits),
  /** The unit that splits keep whole. */
  patient: z.string().min(1),
  source: z.string().min(1),
  /** The paper or case that the picture was taken from, such as a DOI; splits keep it whole too. */
  document: z.string().min(1).optional(),
  /** Of the file's bytes. */
  sha256: sha256Schema.optional(),
  /** Of the slice's size and pixels, independent of the file's coding: see `pixelHash` of `libs/dataset`. */
  pixelHash: sha256Schema.optional(),
  /** Lesion mask of the same size: an image whose pixels are 0 outside. */
  mask: relativePathSchema.optional(),
  /** Whether `split` or `patient` is not from the dataset: the split was drawn, the patient guessed from a path or a study. */
  guessed: z.array(z.enum(['split', 'patient'])).optional(),
  meta: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});
export type DatasetSample = z.infer<typeof datasetSampleSchema>;

/** `groundglass.dataset.json`. */
export const datasetManifestSchema = z
  .object({
    format: z.literal('groundglass-dataset'),
    version: z.literal(1),
    name: z.string().min(1),
    description: z.string().optional(),
    license: z.string().optional(),
    /** Where the dataset was published: a DOI, an arXiv number, an address. */
    citation: z.string().optional(),
    /** The JSON Lines file next to the manifest. */
    samples: z.literal('samples.jsonl'),
    /** Folder that the samples' paths start from, relative to the manifest or absolute; by default the manifest's own. */
    root: z.string().optional(),
    /** Every label that a sample may have. */
    labels: z
      .array(z.string().min(1))
      .min(1)
      .default([...defaultLabels]),
    /** The label whose probability a model gives; by default the last of `labels`. */
    positive: z.string().min(1).optional(),
    /** What the publication says about the dataset, by the keys of its statistics, such as `images.covid`. */
    published: z.record(z.string(), z.number()).optional(),
  })
  .transform((manifest) => ({
    ...manifest,
    positive: manifest.positive ?? manifest.labels.at(-1)!,
  }))
  .refine(({ labels }) => new Set(labels).size === labels.length, {
    path: ['labels'],
    error: 'Expected each label once',
  })
  .refine(({ labels, positive }) => labels.includes(positive), {
    path: ['positive'],
    error: 'Expected one of the labels',
  });
export type DatasetManifest = z.infer<typeof datasetManifestSchema>;
