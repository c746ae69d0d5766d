import { CtError } from '@groundglass/core';
import {
  detectLayout,
  formatProblem,
  importCovidCt,
  importCovidSeg,
  type Dataset,
} from '@groundglass/dataset';
import { nodeFiles, readManifest } from '@groundglass/dataset/node';
import { stat } from 'node:fs/promises';

/**
 * Opens dataset manifests, and folders of COVID-CT or of COVID-Seg slices as published, which are imported on the way.
 *
 * @throws {CtError} `CT_BAD_DATASET` when a folder is none of these or a dataset has problems; each problem is printed first.
 */
export async function openDatasets(paths: readonly string[]): Promise<Dataset[]> {
  const datasets: Dataset[] = [];
  for (const path of paths) datasets.push(await openDataset(path));
  const problems = datasets.flatMap((dataset) => dataset.problems);
  for (const problem of problems) console.error(formatProblem(problem));
  if (problems.length > 0)
    throw new CtError(
      'CT_BAD_DATASET',
      `Expected a dataset without problems, found ${problems.length}`,
    );
  return datasets;
}

/** A manifest, or a published folder as it would be imported. */
export async function openDataset(path: string): Promise<Dataset> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isDirectory()) return readManifest(path);
  const files = await nodeFiles(path);
  const layout = await detectLayout(files);
  if (layout === 'manifest') return readManifest(path);
  if (layout === 'covid-ct' || layout === 'covid-seg') {
    const { manifest, samples, problems } =
      layout === 'covid-ct' ? await importCovidCt(files) : await importCovidSeg(files);
    return { manifest, samples, problems, lines: samples.map((_, i) => i + 1), root: files.root };
  }
  throw new CtError(
    'CT_BAD_DATASET',
    `Expected a manifest, COVID-CT or COVID-Seg slices in "${path}"${layout === undefined ? '' : `; import it first: groundglass-trainer dataset import ${layout} "${path}" --out FOLDER`}`,
  );
}
