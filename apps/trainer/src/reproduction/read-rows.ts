import { readFile } from 'node:fs/promises';
import { resultRowSchema, type ReproductionRow } from './result-row.js';

/** Reads `rows.jsonl`; none if there is no such file. Ignores a half row that a kill left after the last line end. */
export async function readRows(path: string): Promise<ReproductionRow[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map((line) => resultRowSchema.parse(JSON.parse(line)));
}
