import { CtError } from '@groundglass/core';
import type { DatasetFiles } from '../../files/dataset-files.js';
import { columnOf, type Table } from '../../tables/read-table.js';
import { DatasetFolder } from '../dataset-folder.js';
import type { ImportOptions } from '../import-options.js';
import type { ImportedDataset } from '../import-report.js';
import { numberOrText, SampleCollector, type Meta } from '../sample-collector.js';

/**
 * Imports a table with a header: a path and a label, and optionally `split`, `patient`, `source`, `document`, `slice` and
 * `mask`, under any of the usual names; other columns become `meta`. Paths start from the folder of `files`. Rows without a patient
 * get the header's, else each is a patient of its own.
 *
 * @throws {CtError} `CT_BAD_DATASET` when the table lacks a column.
 */
export async function importTable(
  files: DatasetFiles,
  table: Table,
  options: ImportOptions = {},
): Promise<ImportedDataset> {
  const collector = new SampleCollector(new DatasetFolder(files), options);
  const fields = [
    'path',
    'slice',
    'label',
    'split',
    'patient',
    'source',
    'document',
    'mask',
  ] as const;
  const columns = Object.fromEntries(
    fields.map((field) => [field, columnOf(table, field)]),
  ) as Record<(typeof fields)[number], string | undefined>;
  const missing = (['path', 'label'] as const).filter((field) => columns[field] === undefined);
  const labelsComeLater = (options.joins ?? []).length > 0;
  if (missing.includes('path') || (missing.length > 0 && !labelsComeLater)) {
    throw new CtError(
      'CT_BAD_DATASET',
      `Expected the columns path and label in ${table.file}, missing: ${missing.join(', ')}; found: ${table.columns.join(', ') || 'none'}`,
    );
  }
  const stem = table.file.replace(/\.[^.]+$/, '');
  const used = new Set(Object.values(columns));
  collector.problems.push(...table.problems);
  for (const { row, cells } of table.rows) {
    const field = (name: (typeof fields)[number]) => {
      const column = columns[name];
      return column === undefined ? undefined : cells.get(column);
    };
    const meta: Meta = Object.fromEntries(
      [...cells]
        .filter(([key]) => !used.has(key))
        .map(([key, value]) => [key, numberOrText(value)]),
    );
    await collector.add(
      {
        path: field('path'),
        label: field('label'),
        split: field('split'),
        slice: field('slice'),
        patient: field('patient'),
        source: field('source') ?? stem,
        document: field('document'),
        mask: field('mask'),
        ...(Object.keys(meta).length > 0 ? { meta } : {}),
      },
      { file: table.file, row },
    );
  }
  return collector.finish({ name: stem });
}
