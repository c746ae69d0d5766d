import { open, readFile, type FileHandle } from 'node:fs/promises';
import {
  resultRowSchema,
  resultsHeaderSchema,
  type ResultRow,
  type ResultsHeader,
} from '@groundglass/core';

/**
 * The growing results file of a job: a header and one row a file, each written with one call, so that a killed server leaves at
 * most one torn line at the end. Reopening it cuts that line off and returns which files have their row.
 */
export class ResultsJournal {
  readonly #file: FileHandle;

  private constructor(
    file: FileHandle,
    /** Undefined where the file is new. */
    readonly header: ResultsHeader | undefined,
    readonly rows: readonly ResultRow[],
  ) {
    this.#file = file;
  }

  static async open(path: string): Promise<ResultsJournal> {
    const { header, rows, length } = await readJournal(path);
    const file = await open(path, 'a', 0o600);
    await file.truncate(length);
    return new ResultsJournal(file, header, rows);
  }

  async writeHeader(header: ResultsHeader): Promise<void> {
    await this.#append(resultsHeaderSchema.parse(header));
  }

  async append(row: ResultRow): Promise<void> {
    await this.#append(resultRowSchema.parse(row));
  }

  async close(): Promise<void> {
    await this.#file.datasync();
    await this.#file.close();
  }

  async #append(value: unknown): Promise<void> {
    await this.#file.write(`${JSON.stringify(value)}\n`);
  }
}

/** The content of a results file, and the bytes up to the end of its last complete line. */
export async function readJournal(
  path: string,
): Promise<{ header: ResultsHeader | undefined; rows: ResultRow[]; length: number }> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  const length = bytes.lastIndexOf(0x0a) + 1;
  const [first, ...lines] = bytes.toString('utf8', 0, length).split('\n');
  if (!first) return { header: undefined, rows: [], length: 0 };
  return {
    header: resultsHeaderSchema.parse(JSON.parse(first)),
    rows: lines
      .filter((line) => line !== '')
      .map((line) => resultRowSchema.parse(JSON.parse(line))),
    length,
  };
}
