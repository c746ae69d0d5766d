import { CtError } from '@groundglass/core';
import {
  detectLayout,
  formatProblem,
  importCovidCt,
  importCovidSeg,
  importLuna16,
  importMosmed,
  type Dataset,
  type ImportedDataset,
  type Layout,
} from '@groundglass/dataset';
import { nodeFiles, readManifest } from '@groundglass/dataset/node';
import { stat } from 'node:fs/promises';
import { hashSamples } from './hash-samples.js';

/**
 * Opens dataset manifests, and folders of COVID-CT, COVID-Seg slices, LUNA16 or MosMedData slices as published, which are imported on the fly. Samples
 * without a hash get that of their file.
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
  return Promise.all(datasets.map(hashSamples));
}

/** Layouts that define a dataset completely. */
const published: Partial<
  Record<Layout, (files: Awaited<ReturnType<typeof nodeFiles>>) => Promise<ImportedDataset>>
> = {
  'covid-ct': importCovidCt,
  'covid-seg': importCovidSeg,
  luna16: importLuna16,
  mosmed: importMosmed,
};

/** A manifest, or a published folder in its imported form. */
export async function openDataset(path: string): Promise<Dataset> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isDirectory()) return readManifest(path);
  const files = await nodeFiles(path);
  const layout = await detectLayout(files);
  if (layout === 'manifest') return readManifest(path);
  const importer = layout === undefined ? undefined : published[layout];
  if (importer) {
    const { manifest, samples, problems } = await importer(files);
    return { manifest, samples, problems, lines: samples.map((_, i) => i + 1), root: files.root };
  }
  throw new CtError(
    'CT_BAD_DATASET',
    `Expected a manifest, COVID-CT, COVID-Seg, LUNA16 or MosMedData slices in "${path}"${layout === undefined ? '' : `; import it first: groundglass-trainer dataset import ${layout} "${path}" --out FOLDER`}`,
  );
}
