import { CtError } from '@groundglass/core';
import { parse } from 'csv-parse/sync';
import { basename, dirname } from 'node:path';
import { assignSplit, defaultShares, type SplitShares } from '../../splits/assign-split.js';
import { DatasetFolder } from '../dataset-folder.js';
import type { ImportedDataset } from '../import-report.js';
import { labelFromName } from '../label-names.js';
import { SampleCollector } from '../sample-collector.js';

const known = ['path', 'slice', 'label', 'split', 'patient', 'source', 'mask'];

/**
 * Imports a table with a header: `path` and `label`, and where it has them `split`, `patient`, `source`, `slice` and `mask`; other
 * columns become `meta`. Paths are relative to the table. Rows without a patient are a patient of their own.
 *
 * @throws {CtError} `CT_BAD_DATASET` when the table is missing, is no CSV or lacks a column.
 */
export async function importCsv(
  path: string,
  shares: SplitShares = defaultShares,
): Promise<ImportedDataset> {
  const folder = await DatasetFolder.open(dirname(path));
  const file = basename(path);
  const rows = readTable(await folder.readText(file), file);
  const collector = new SampleCollector(folder);
  for (const { record, line } of rows) {
    const place = { file, row: line };
    const field = (name: string): string | undefined => {
      const text = record[name]?.trim();
      return text === '' ? undefined : text;
    };
    const label = field('label');
    const patient = field('patient') ?? field('path') ?? '';
    const slice = field('slice');
    const mask = field('mask');
    const meta = Object.fromEntries(
      Object.entries(record).filter(([key, value]) => !known.includes(key) && value !== ''),
    );
    await collector.add(
      {
        path: field('path'),
        label: label === undefined ? undefined : (labelFromName(label) ?? label),
        split: field('split') ?? assignSplit(patient, shares),
        patient,
        source: field('source') ?? file.replace(/\.csv$/i, ''),
        ...(slice === undefined ? {} : { slice: Number(slice) }),
        ...(mask === undefined ? {} : { mask }),
        ...(Object.keys(meta).length > 0 ? { meta } : {}),
      },
      place,
    );
  }
  return {
    manifest: {
      format: 'groundglass-dataset',
      version: 1,
      name: file.replace(/\.csv$/i, ''),
      samples: 'samples.jsonl',
    },
    samples: collector.finish(),
    problems: collector.problems,
  };
}

function readTable(text: string, file: string): { record: Record<string, string>; line: number }[] {
  let rows: { record: Record<string, string>; info: { lines: number } }[];
  try {
    rows = parse(text, {
      columns: true,
      info: true,
      skip_empty_lines: true,
    }) as unknown as typeof rows;
  } catch (error) {
    throw new CtError(
      'CT_BAD_DATASET',
      `Expected a CSV table in ${file}: ${(error as Error).message}`,
      { cause: error },
    );
  }
  const columns = Object.keys(rows[0]?.record ?? {});
  const missing = ['path', 'label'].filter((name) => !columns.includes(name));
  if (missing.length > 0) {
    throw new CtError(
      'CT_BAD_DATASET',
      `Expected the columns path and label in ${file}, missing: ${missing.join(', ')}; found: ${columns.join(', ') || 'none'}`,
    );
  }
  return rows.map(({ record, info }) => ({ record, line: info.lines }));
}
