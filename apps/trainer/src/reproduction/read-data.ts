import { CtError } from '@groundglass/core';
import {
  formatProblem,
  importCovidCt,
  importTable,
  readTable,
  type Dataset,
  type ImportedDataset,
  type TargetSample,
} from '@groundglass/dataset';
import { nodeFiles } from '@groundglass/dataset/node';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { combineDatasets } from '../datasets/combine-datasets.js';
import type { ReproductionData } from './training-set.js';

const splitFile = 'original-ct-split.csv';

/**
 * Reads the reproduction's folder: `original-ct-split.csv` (path, label, split, patient, source of original CT slices, shaped like the
 * paper's Tables 2 and 3) with its pictures, and COVID-CT in `covid-ct/`. Slices of COVID-Seg's volumes get the network's mask
 * from `pseudo-masks/`.
 *
 * @returns the samples with paths from `root`.
 * @throws {CtError} `CT_BAD_DATASET` if something is missing.
 */
export async function readReproductionData(
  folder: string,
): Promise<ReproductionData & { readonly root: string }> {
  const files = await nodeFiles(folder);
  const bytes = await readFile(join(folder, splitFile)).catch((cause: unknown) => {
    throw new CtError('CT_BAD_DATASET', `Expected ${splitFile} in "${folder}"`, { cause });
  });
  const original = toDataset(
    await importTable(files, await readTable(bytes, splitFile), { decode: false }),
    files.root,
  );
  const covidCt = await nodeFiles(join(folder, 'covid-ct'));
  const { root, samples } = combineDatasets([
    original,
    toDataset(await importCovidCt(covidCt, { decode: false }), covidCt.root),
  ]);
  const isOriginal = ({ path }: TargetSample) => !path.startsWith('covid-ct/');
  return {
    root,
    original: samples.filter(isOriginal).map((sample) => withPseudoMask(root, sample)),
    covidCt: samples.filter((sample) => !isOriginal(sample)),
  };
}

function toDataset({ manifest, samples, problems }: ImportedDataset, root: string): Dataset {
  if (problems.length > 0)
    throw new CtError(
      'CT_BAD_DATASET',
      `${problems.length} rows of ${manifest.name} cannot be used; the first: ${formatProblem(problems[0]!)}`,
    );
  return { manifest, samples, problems, lines: samples.map((_, i) => i + 1), root };
}

function withPseudoMask(root: string, sample: TargetSample): TargetSample {
  const pseudoMask = sample.path
    .replace('/volumes/images/', '/volumes/pseudo-masks/')
    .replace(/\.\w+$/, '.png');
  if (pseudoMask === sample.path || !existsSync(join(root, pseudoMask))) return sample;
  return { ...sample, meta: { ...sample.meta, pseudoMask } };
}
