import { z } from 'zod';

/** Words that a claim rests on; offsets count in the named text. */
const evidenceSchema = z.object({
  source: z.enum(['sub-caption', 'caption', 'citing-sentence', 'title', 'abstract', 'file-name']),
  text: z.string(),
  start: z.int().nonnegative(),
  end: z.int().nonnegative(),
  rule: z.string(),
});
export type ReviewEvidence = z.infer<typeof evidenceSchema>;

const boxSchema = z.object({
  left: z.int().nonnegative(),
  top: z.int().nonnegative(),
  columns: z.int().positive(),
  rows: z.int().positive(),
});

const panelSchema = z.object({
  /** Unique in its row. */
  id: z.string().min(1),
  /** In pixels of the figure's picture. */
  box: boxSchema,
  kind: z.enum([
    'axial-ct',
    'axial-overlay',
    'lung-masked',
    'grey-picture',
    'colour-picture',
    'drawing',
    'synthetic',
  ]),
  letter: z.string().nullable(),
  subCaption: z.string().nullable(),
  label: z.enum(['positive', 'negative', 'unsure']),
  /** 0–1. */
  confidence: z.number().min(0).max(1),
  evidence: z.array(evidenceSchema),
  /** The panel's own file; null if a person changed its box, until the dataset is written again. */
  image: z.string().nullable(),
  decidedBy: z.enum(['machine', 'person']),
  /** The source of its pixels. */
  source: z.enum(['embedded', 'cropped', 'rendered']),
  /** On the page, in points, origin top left: left, top, right, bottom; null if a person changed it. */
  pageBox: z.tuple([z.number(), z.number(), z.number(), z.number()]).nullable(),
  object: z.int().nullable(),
  /** Age, sex, location, history, time, severity and report as read; null if nothing was stated. */
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  /** Where each of them was read. */
  metadataEvidence: z.record(z.string(), evidenceSchema),
});
export type ReviewPanel = z.infer<typeof panelSchema>;

/** One line of `*.review.jsonl`: a figure with its panels, and the decisions about them. */
export const reviewRowSchema = z.object({
  id: z.string().min(1),
  document: z.object({
    key: z.string().min(1),
    file: z.string(),
    sha256: z.string(),
    doi: z.string().nullable(),
    arxiv: z.string().nullable(),
    title: z.string().nullable(),
  }),
  /** From 1. */
  page: z.int().positive(),
  /** As printed; null if the figure has none. */
  figure: z.string().nullable(),
  caption: z.string().nullable(),
  citing: z.array(z.string()),
  /** The figure's picture, relative to this file. */
  picture: z.object({ path: z.string(), columns: z.int().positive(), rows: z.int().positive() }),
  /** The page, relative to this file, and the figure's position on it; null if it was not drawn. */
  pageView: z
    .object({
      path: z.string(),
      columns: z.int().positive(),
      rows: z.int().positive(),
      figure: boxSchema,
    })
    .nullable()
    .default(null),
  panels: z.array(panelSchema),
  state: z.enum(['open', 'accepted', 'skipped']),
});
export type ReviewRow = z.infer<typeof reviewRowSchema>;

/** Reads `*.review.jsonl`. Unreadable lines are named and keep their place in `problems`. */
export function parseReview(text: string): {
  readonly rows: ReviewRow[];
  readonly problems: { readonly line: number; readonly message: string }[];
} {
  const rows: ReviewRow[] = [];
  const problems: { line: number; message: string }[] = [];
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '') continue;
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      problems.push({ line: i + 1, message: 'Expected one JSON object on the line' });
      continue;
    }
    const parsed = reviewRowSchema.safeParse(json);
    if (parsed.success) rows.push(parsed.data);
    else {
      const issue = parsed.error.issues[0];
      problems.push({
        line: i + 1,
        message: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
      });
    }
  }
  return { rows, problems };
}

/** Writes rows as JSON Lines. */
export function formatReview(rows: readonly ReviewRow[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}
