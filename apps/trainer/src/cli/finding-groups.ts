import { CtError } from '@groundglass/core';
import { parseFindings, type Dataset } from '@groundglass/dataset';
import { readFile } from 'node:fs/promises';

/** Audit rules whose samples show the same picture or scan. */
const samePicture = new Set([
  'exact-duplicate',
  'near-duplicate',
  'similar-pictures',
  'label-conflict',
  'adjacent-slices',
]);

/**
 * Samples of a dataset, as indices, that an audit reports as copies or neighbours of each other.
 *
 * @throws {CtError} `CT_READ_FAILED` without the file.
 */
export async function findingGroups(file: string, { lines }: Dataset): Promise<number[][]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CtError('CT_READ_FAILED', `Expected a findings file "${file}"`, { cause: error });
  });
  const byLine = new Map(lines.map((line, i) => [line, i]));
  return parseFindings(text, file)
    .findings.filter(({ rule }) => samePicture.has(rule))
    .map((finding) =>
      finding.samples.flatMap(({ line }) => (line === null ? [] : (byLine.get(line) ?? []))),
    );
}
