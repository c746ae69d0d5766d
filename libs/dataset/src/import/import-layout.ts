import { CtError } from '@groundglass/core/errors';
import type { DatasetFiles } from '../files/dataset-files.js';
import { classLabels } from './class-labels.js';
import type { Layout } from './detect-layout.js';
import type { ImportOptions } from './import-options.js';
import type { ImportedDataset } from './import-report.js';
import { importCovidCt } from './importers/covid-ct.js';
import { importCovidSeg } from './importers/covid-seg.js';
import { importDicomTree } from './importers/dicom-tree.js';
import { importFolders } from './importers/folders.js';
import { importLuna16 } from './importers/luna16.js';
import { importMosmed } from './importers/mosmed.js';
import { importNamePattern, type NamePatternOptions } from './importers/name-pattern.js';
import { importSplitLists } from './importers/split-lists.js';

/** Options for single layouts, in addition to the common ones. */
export interface LayoutOptions extends ImportOptions {
  /** names, dicom: the label of all images. */
  readonly label?: string;
  /** names: how names are parsed, where images and masks are, and the source's name. */
  readonly names?: Partial<
    Pick<NamePatternOptions, 'images' | 'masks' | 'pseudoMasks' | 'pattern' | 'source'>
  >;
  /**
   * folders: a class that the labels do not know makes each folder a label ({@link classLabels}), for editors that show a dataset
   * without asking; false makes it a problem. Default true; no effect if `labels` or `labelMap` are given.
   */
  readonly labelsFromFolders?: boolean;
}

/** Imports a folder by its layout. @throws {CtError} `CT_BAD_DATASET`. */
export async function importLayout(
  layout: Exclude<Layout, 'manifest'>,
  files: DatasetFiles,
  { label, names, labelsFromFolders = true, ...options }: LayoutOptions,
): Promise<ImportedDataset> {
  switch (layout) {
    case 'covid-ct':
      return importCovidCt(files, options);
    case 'covid-seg':
      return importCovidSeg(files, options);
    case 'covid-seg-volumes':
      return importNamePattern(files, {
        ...options,
        ...{ images: 'images', masks: 'pseudo-masks', pseudoMasks: true },
        ...{ label: 'covid', source: 'covid-seg-volumes' },
      });
    case 'luna16':
      return importLuna16(files, options);
    case 'folders':
      return importFolders(
        files,
        labelsFromFolders && options.labels === undefined && options.labelMap === undefined
          ? { ...(await classLabels(files)), ...options }
          : options,
      );
    case 'mosmed':
      return importMosmed(files, options);
    case 'lists':
      return importSplitLists(files, options);
    case 'dicom':
      return importDicomTree(files, { ...options, ...(label === undefined ? {} : { label }) });
    case 'names':
      return importNamePattern(files, {
        ...options,
        source: files.name,
        ...names,
        label: label ?? null,
      });
    case 'csv':
      throw new CtError('CT_BAD_DATASET', 'Expected a folder, got a table');
    default:
      return layout satisfies never;
  }
}
