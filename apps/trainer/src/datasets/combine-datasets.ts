import type { Dataset } from '@groundglass/dataset';
import type { DatasetSample } from '@groundglass/core';
import { join, relative, sep } from 'node:path';
import { pseudoMaskOf } from '../batches/load-sample.js';

/** Several datasets as one. */
export interface CombinedDataset {
  readonly name: string;
  /** Absolute folder that holds all roots. */
  readonly root: string;
  readonly samples: readonly DatasetSample[];
}

/** Puts datasets together: paths start from the deepest folder that all of them lie in. */
export function combineDatasets(datasets: readonly Dataset[]): CombinedDataset {
  const root = datasets.map((dataset) => dataset.root).reduce(commonFolder);
  const samples = datasets.flatMap((dataset) => {
    const inside = relative(root, dataset.root).split(sep).join('/');
    const place = (path: string) => (inside === '' ? path : `${inside}/${path}`);
    return dataset.samples.map((sample) => {
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
  });
  return { name: datasets.map(({ manifest }) => manifest.name).join(' + '), root, samples };
}

function commonFolder(a: string, b: string): string {
  const left = a.split(sep);
  const right = b.split(sep);
  let shared = 0;
  while (shared < left.length && left[shared] === right[shared]) shared++;
  return join(sep, ...left.slice(0, shared));
}
