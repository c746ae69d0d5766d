import { CtError } from '@groundglass/core';
import { parse } from 'csv-parse/sync';
import readXlsxFile from 'read-excel-file/universal';
import type { ImportProblem } from '../import/import-report.js';
import { decodeText } from './decode-text.js';

/** A row of a table: its cells by the header's names in lower case, and its row number. */
export interface TableRow {
  readonly row: number;
  readonly cells: ReadonlyMap<string, string>;
}

/** A table with a header. */
export interface Table {
  readonly file: string;
  /** The header's names as written. */
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
  /** Rows that could not be used. */
  readonly problems: readonly ImportProblem[];
}

const delimiters = [',', ';', '\t', '|'] as const;

/**
 * Reads a table of any dialect: comma, semicolon, tab or bar between the cells, of any encoding that {@link decodeText} knows, or an
 * Excel workbook's first sheet, or JSON Lines. Trims names of the header; skips empty rows. A row with
 * more cells than the header has is a problem, one with fewer has empty cells.
 *
 * @throws {CtError} `CT_BAD_DATASET` when it is not a table.
 */
export async function readTable(bytes: Uint8Array, file: string): Promise<Table> {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return tableOf(await readWorkbook(bytes, file), file);
  const text = decodeText(bytes).replace(/^\uFEFF/, '');
  if (/\.(jsonl|ndjson)$/i.test(file) || text.trimStart().startsWith('{'))
    return readJsonLines(text, file);
  return tableOf(readDelimited(text, file), file);
}

interface RawRows {
  readonly rows: readonly { readonly cells: readonly string[]; readonly row: number }[];
  readonly problems: readonly ImportProblem[];
}

/** The rows of an Excel workbook's first sheet. @throws {CtError} `CT_BAD_DATASET`. */
async function readWorkbook(bytes: Uint8Array, file: string): Promise<RawRows> {
  try {
    const sheets = await readXlsxFile(bytes.slice().buffer);
    const rows = (sheets[0]?.data ?? []).map((cells, i) => ({
      cells: cells.map(cellText),
      row: i + 1,
    }));
    return { rows, problems: [] };
  } catch (error) {
    throw new CtError(
      'CT_BAD_DATASET',
      `Expected an Excel workbook in ${file}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

function cellText(cell: unknown): string {
  if (cell instanceof Date) return cell.toISOString().slice(0, 10);
  return typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean'
    ? String(cell).trim()
    : '';
}

function readDelimited(text: string, file: string): RawRows {
  const head = text.split(/\r?\n/).find((line) => line.trim() !== '') ?? '';
  // Excel's own hint: a first line "sep=;".
  const hint = /^sep=(.)\s*$/i.exec(head)?.[1];
  const delimiter =
    hint ??
    delimiters.reduce((a, b) =>
      countOutsideQuotes(head, b) > countOutsideQuotes(head, a) ? b : a,
    );
  const body = hint === undefined ? text : text.slice(text.indexOf('\n') + 1);
  const problems: ImportProblem[] = [];
  let rows: { record: string[]; info: { lines: number } }[];
  try {
    rows = parse(body, {
      delimiter,
      info: true,
      skip_empty_lines: true,
      relax_column_count: true,
      relax_quotes: true,
      trim: true,
    }) as unknown as typeof rows;
  } catch (error) {
    throw new CtError(
      'CT_BAD_DATASET',
      `Expected a table in ${file}: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
  const shift = hint === undefined ? 0 : 1;
  return {
    problems,
    rows: rows.map(({ record, info }) => ({ cells: record, row: info.lines + shift })),
  };
}

function countOutsideQuotes(line: string, delimiter: string): number {
  return line.replace(/"[^"]*"/g, '').split(delimiter).length - 1;
}

function tableOf({ rows, problems }: RawRows, file: string): Table {
  const filled = rows.filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  const [header, ...rest] = filled;
  const columns = (header?.cells ?? []).map((name) => name.trim());
  const keys = columns.map((name) => name.toLowerCase());
  const known = [...problems];
  const good: TableRow[] = [];
  for (const { cells, row } of rest) {
    if (cells.length > keys.length && cells.slice(keys.length).some((cell) => cell !== '')) {
      known.push({
        file,
        row,
        message: `Expected ${keys.length} cells as in the header, got ${cells.length}`,
      });
      continue;
    }
    good.push({
      row,
      cells: new Map(
        keys.flatMap((key, i) => {
          const text = cells[i]?.trim() ?? '';
          return text === '' || key === '' ? [] : [[key, text] as const];
        }),
      ),
    });
  }
  return { file, columns, rows: good, problems: known };
}

function readJsonLines(text: string, file: string): Table {
  const columns = new Set<string>();
  const rows: TableRow[] = [];
  const problems: ImportProblem[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      json = undefined;
    }
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      problems.push({ file, row: i + 1, message: 'Expected one JSON object on the line' });
      continue;
    }
    const cells = new Map<string, string>();
    for (const [key, value] of Object.entries(json)) {
      columns.add(key);
      const cell = cellText(value);
      if (cell !== '') cells.set(key.trim().toLowerCase(), cell);
    }
    rows.push({ row: i + 1, cells });
  }
  return { file, columns: [...columns], rows, problems };
}

/** Names that tables use for a field of a sample, in lower case, best first. */
export const columnNames = {
  path: [
    'path',
    'file_name',
    'filename',
    'file name',
    'file',
    'image_path',
    'image path',
    'image name',
    'image_name',
    'image',
    'img',
    'filepath',
    'file_path',
  ],
  slice: ['slice', 'slice_index', 'slice index'],
  label: ['label', 'class', 'diagnosis', 'target', 'category', 'finding'],
  split: ['split', 'set', 'partition'],
  patient: [
    'patient',
    'patient id',
    'patient_id',
    'patientid',
    'subject',
    'subject_id',
    'case',
    'case_id',
  ],
  source: ['source', 'dataset', 'origin'],
  document: ['document', 'doi', 'paper'],
  mask: ['mask', 'mask_path', 'lesion mask', 'lesion_mask', 'segmentation'],
  series: ['series', 'seriesuid', 'series_uid', 'series instance uid', 'seriesinstanceuid'],
  study: ['study', 'studyuid', 'study_uid', 'study instance uid', 'studyinstanceuid'],
} as const;
export type Field = keyof typeof columnNames;

/** The column of a table, in lower case, that holds a field of a sample; undefined if it has none. */
export function columnOf(table: Table, field: Field): string | undefined {
  const keys = new Set(table.columns.map((name) => name.toLowerCase()));
  return columnNames[field].find((name) => keys.has(name));
}
