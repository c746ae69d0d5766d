import { CtError } from '@groundglass/core';
import type { DatasetFiles } from '../../files/dataset-files.js';
import { DatasetFolder, joinPath } from '../dataset-folder.js';
import type { ImportOptions } from '../import-options.js';
import type { ImportedDataset } from '../import-report.js';
import { SampleCollector } from '../sample-collector.js';

/** How file names give patient and slice, and what all files have in common. */
export interface NamePatternOptions extends ImportOptions {
  /** Folder of the images inside the dataset's; by default the dataset's own. */
  readonly images?: string;
  /** Folder of masks with the same stem as the image and the extension `.png`. */
  readonly masks?: string;
  /** True if the masks are a network's and not an expert's; they become `meta.pseudoMask`, never `mask`. */
  readonly pseudoMasks?: boolean;
  /** `{patient}` and `{slice}` stand for parts of the name without its extension; default `{patient}_{slice}`. */
  readonly pattern?: string;
  /** Null if unknown. */
  readonly label: string | null;
  readonly source: string;
}

/**
 * Imports a folder whose file names carry patient and slice, such as the slices of COVID-Seg volumes (`coronacases_001_042.jpg`)
 * and of LUNA16 (`<series>_<slice>.png`). Splits keep patients together.
 *
 * @throws {CtError} `CT_BAD_DATASET` when the folder is missing or the pattern has no `{patient}`.
 */
export async function importNamePattern(
  files: DatasetFiles,
  options: NamePatternOptions,
): Promise<ImportedDataset> {
  const folder = new DatasetFolder(files);
  const {
    images = '',
    masks,
    pseudoMasks = false,
    pattern = '{patient}_{slice}',
    label,
    source,
  } = options;
  const matcher = patternMatcher(pattern);
  const collector = new SampleCollector(folder, options);
  if (images !== '' && !(await folder.has(images)))
    throw new CtError('CT_BAD_DATASET', `Expected a folder of images "${images}", there is none`);
  for (const name of await folder.files(images)) {
    const file = joinPath(images, name);
    const stem = name.replace(/\.[^.]+$/, '');
    const fields = matcher.exec(stem)?.groups;
    if (!fields?.patient) {
      collector.report({ file }, `Expected a name like "${pattern}"`);
      continue;
    }
    const mask = masks === undefined ? undefined : `${masks}/${stem}.png`;
    const slice = fields.slice;
    const meta = {
      ...(slice === undefined ? {} : { sliceName: slice }),
      ...(pseudoMasks && mask !== undefined ? { pseudoMask: mask } : {}),
    };
    await collector.add(
      {
        path: file,
        label,
        patient: fields.patient,
        source,
        ...(!pseudoMasks && mask !== undefined ? { mask } : {}),
        ...(Object.keys(meta).length > 0 ? { meta } : {}),
      },
      { file },
    );
  }
  return collector.finish({ name: source });
}

function patternMatcher(pattern: string): RegExp {
  if (!pattern.includes('{patient}')) {
    throw new CtError('CT_BAD_DATASET', `Expected a pattern with {patient}, got "${pattern}"`);
  }
  const source = pattern
    .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
    .replace('{patient}', '(?<patient>.+)')
    .replace('{slice}', '(?<slice>\\d+)');
  return new RegExp(`^${source}$`);
}
