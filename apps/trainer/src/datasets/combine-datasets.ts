import type { DatasetSample } from '@groundglass/core';
import { withTargets, type Dataset, type TargetSample } from '@groundglass/dataset';
import { join, relative, sep } from 'node:path';
import { pseudoMaskOf } from '../batches/load-sample.js';

/** Several datasets as one. */
export interface CombinedDataset {
  readonly name: string;
  /** Absolute folder that holds all roots. */
  readonly root: string;
  /** Samples with a label; those without one cannot be learnt from. */
  readonly samples: readonly TargetSample[];
  /** All samples, for questions about the datasets as a whole. */
  readonly all: readonly DatasetSample[];
}

/** Combines datasets: paths are relative to the deepest folder that contains all of them. */
export function combineDatasets(datasets: readonly Dataset[]): CombinedDataset {
  const root = datasets.map((dataset) => dataset.root).reduce(commonFolder);
  const placed = datasets.map((dataset) => {
    const inside = relative(root, dataset.root).split(sep).join('/');
    const place = (path: string) => (inside === '' ? path : `${inside}/${path}`);
    const samples = dataset.samples.map((sample): DatasetSample => {
      const pseudoMask = pseudoMaskOf(sample);
      return {
        ...sample,
        path: place(sample.path),
        ...(sample.mask === undefined ? {} : { mask: place(sample.mask) }),
        ...(pseudoMask === undefined
          ? {}
          : { meta: { ...sample.meta, pseudoMask: place(pseudoMask) } }),
      };
    });
    return { samples, manifest: dataset.manifest };
  });
  return {
    name: datasets.map(({ manifest }) => manifest.name).join(' + '),
    root,
    samples: placed.flatMap(({ samples, manifest }) => withTargets(samples, manifest)),
    all: placed.flatMap(({ samples }) => samples),
  };
}

function commonFolder(a: string, b: string): string {
  const left = a.split(sep);
  const right = b.split(sep);
  let shared = 0;
  while (shared < left.length && left[shared] === right[shared]) shared++;
  return join(sep, ...left.slice(0, shared));
}
