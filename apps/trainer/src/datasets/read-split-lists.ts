import { CtError } from '@groundglass/core';
import {
  columnOf,
  decodeText,
  readTable,
  splitFromWord,
  type SplitList,
} from '@groundglass/dataset';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/**
 * Reads the values of `--split`: `train=FILE` is a text file with a path, name or patient on each line; a file alone is a table with the
 * columns path (or patient) and split.
 *
 * @throws {CtError} `CT_BAD_DATASET`.
 */
export async function readSplitLists(given: readonly string[]): Promise<SplitList[]> {
  return Promise.all(
    given.map(async (text) => {
      const [, word, named] = /^([a-z]+)=(.+)$/i.exec(text) ?? [];
      const split = word === undefined ? undefined : splitFromWord(word);
      if (split !== undefined && named !== undefined) {
        const lines = decodeText(await read(named)).split(/\r?\n/);
        const entries = lines.flatMap((line, i) => {
          const name = line.trim();
          return name === '' || name.startsWith('#') ? [] : [{ name, split, row: i + 1 }];
        });
        return { file: basename(named), entries };
      }
      const table = await readTable(await read(text), basename(text));
      const name = columnOf(table, 'path') ?? columnOf(table, 'patient');
      const column = columnOf(table, 'split');
      if (name === undefined || column === undefined)
        throw new CtError(
          'CT_BAD_DATASET',
          `Expected the columns path and split in ${basename(text)}, found: ${table.columns.join(', ') || 'none'}. For a list of one split: --split train=${text}`,
        );
      const entries = table.rows.flatMap(({ row, cells }) => {
        const path = cells.get(name);
        return path === undefined ? [] : [{ name: path, split: cells.get(column) ?? '', row }];
      });
      return { file: basename(text), entries };
    }),
  );
}

async function read(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => {
    throw new CtError('CT_BAD_DATASET', `Expected a readable split list "${path}"`, {
      cause: error,
    });
  });
}
