import {
  CtError,
  resultRowSchema,
  resultsHeaderSchema,
  type ResultRow,
  type ResultsHeader,
} from '@groundglass/core';
import type { ImportProblem } from '../import/import-report.js';

/** What a results file holds. */
export interface ResultsFile {
  readonly header: ResultsHeader;
  /** One row per sample: for a sample that was scored again, the last. */
  readonly rows: readonly ResultRow[];
  /** Rows that could not be used. */
  readonly problems: readonly ImportProblem[];
  /** Bytes of text up to the end of the last whole row: a resumed run truncates the file to this before it appends. */
  readonly length: number;
}

/** The first row of a results file, with its line end. */
export function resultsHeaderLine(header: Omit<ResultsHeader, 'format' | 'version'>): string {
  const row = resultsHeaderSchema.parse({
    format: 'groundglass-predictions',
    version: 1,
    ...header,
  });
  return `${JSON.stringify(row)}\n`;
}

/** One row of a results file, with its line end; append it as soon as the sample is scored. */
export function resultLine(row: ResultRow): string {
  return `${JSON.stringify(resultRowSchema.parse(row))}\n`;
}

/** Identifies a sample in results: two rows of one key are of the same sample. */
export function sampleKey({ path, slice }: { path: string; slice?: number | undefined }): string {
  return slice === undefined ? path : `${path}#${slice}`;
}

/**
 * Reads the text of a results file. Skips a last row that a kill cut off; other bad rows are problems and the rest is read.
 *
 * @throws {CtError} `CT_BAD_DATASET` when the first row is not a results file's, or of a later version.
 */
export function parseResults(text: string, file = 'results'): ResultsFile {
  const end = text.lastIndexOf('\n') + 1;
  const [first = '', ...lines] = text
    .slice(0, end)
    .replace(/^\uFEFF/, '')
    .split('\n');
  const header = resultsHeaderSchema.safeParse(parseLine(first));
  if (!header.success) {
    throw new CtError(
      'CT_BAD_DATASET',
      `Expected a results file of version 1: ${headerProblem(first, header.error.issues[0])}. Score the dataset again, which writes a new one`,
    );
  }
  const rows = new Map<string, ResultRow>();
  const problems: ImportProblem[] = [];
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const row = resultRowSchema.safeParse(parseLine(line));
    if (row.success) rows.set(sampleKey(row.data), row.data);
    else {
      const issue = row.error.issues[0];
      problems.push({
        file,
        row: i + 2,
        message: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'Expected a result'}`,
      });
    }
  }
  const length = new TextEncoder().encode(text.slice(0, end)).byteLength;
  return { header: header.data, rows: [...rows.values()], problems, length };
}

/** What is wrong with a first row, as a message. */
function headerProblem(
  first: string,
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
): string {
  const row = parseLine(first);
  if (first.trim() === '') return 'it has no complete row';
  if (typeof row !== 'object' || row === null) return 'its first row is not a JSON object';
  const { format, version } = row as { format?: unknown; version?: unknown };
  if (format === 'groundglass-predictions' && version !== 1)
    return `its first row says version ${JSON.stringify(version)}`;
  return `its first row has ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
