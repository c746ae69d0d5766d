import {
  formatProblem,
  type ImportedDataset,
  importCovidCt,
  importCovidSeg,
  manifestName,
  readManifest,
  type Dataset,
} from '@groundglass/dataset';
import { CtError } from '@groundglass/core';
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Opens dataset manifests, and folders of COVID-CT or of COVID-Seg slices as published, which are imported on the way.
 *
 * @throws {CtError} `CT_BAD_DATASET` when a folder is none of these or a dataset has problems; each problem is printed first.
 */
export async function openDatasets(paths: readonly string[]): Promise<Dataset[]> {
  const datasets = await Promise.all(paths.map(openDataset));
  const problems = datasets.flatMap((dataset) => dataset.problems);
  for (const problem of problems) console.error(formatProblem(problem));
  if (problems.length > 0)
    throw new CtError(
      'CT_BAD_DATASET',
      `Expected a dataset without problems, found ${problems.length}`,
    );
  return datasets;
}

async function openDataset(path: string): Promise<Dataset> {
  if (existsSync(join(path, manifestName)) || !existsSync(path) || path.endsWith('.json'))
    return readManifest(path);
  if (existsSync(join(path, 'Data-split'))) return imported(path, await importCovidCt(path));
  if (
    ['test/lesion-masks', 'slices/test/lesion-masks'].some((name) => existsSync(join(path, name)))
  )
    return imported(path, await importCovidSeg(path));
  throw new CtError(
    'CT_BAD_DATASET',
    `Expected a manifest, COVID-CT or COVID-Seg slices in "${path}"`,
  );
}

async function imported(
  path: string,
  { manifest, samples, problems }: ImportedDataset,
): Promise<Dataset> {
  return { manifest, samples, problems, root: await realpath(path) };
}
