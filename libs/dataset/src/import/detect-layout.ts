import type { DatasetFiles } from '../files/dataset-files.js';
import { manifestName } from '../manifest/dataset.js';
import { DatasetFolder } from './dataset-folder.js';
import { LabelWords } from './label-words.js';
import { mosmedName } from './importers/mosmed.js';
import { splitFromWord } from './split-words.js';

/** The layouts that datasets are imported from. */
export const layouts = [
  'covid-ct',
  'covid-seg',
  'covid-seg-volumes',
  'luna16',
  'mosmed',
  'names',
  'folders',
  'csv',
  'lists',
  'dicom',
  'manifest',
] as const;
export type Layout = (typeof layouts)[number];

/**
 * Detects a folder's layout from its listings alone, for editors that find datasets without asking; undefined if nothing
 * fits.
 */
export async function detectLayout(
  files: DatasetFiles,
  words: LabelWords = new LabelWords(),
): Promise<Layout | undefined> {
  const folder = new DatasetFolder(files);
  const [names, folders] = [await folder.files(''), await folder.folders('')];
  if (names.includes(manifestName)) return 'manifest';
  if (folders.includes('Data-split') && folders.some((name) => name.startsWith('CT_')))
    return 'covid-ct';
  for (const parent of ['', 'slices/'])
    if (await folder.has(`${parent}train/lesion-masks`)) return 'covid-seg';
  if (folders.includes('images') && folders.includes('pseudo-masks')) return 'covid-seg-volumes';
  if (names.some((name) => mosmedName.test(name))) return 'mosmed';
  if (folders.some((name) => /^subset\d$/i.test(name))) return 'luna16';
  const classes = await Promise.all(
    folders.map(async (name) =>
      splitFromWord(name) === undefined ? [name] : folder.folders(name),
    ),
  );
  if (classes.flat().some((name) => words.knows(name))) return 'folders';
  if (names.some((name) => /^metadata\.(csv|jsonl)$/i.test(name))) return 'folders';
  if (names.some((name) => /^(train|val|test)\w*\.(txt|lst)$/i.test(name))) return 'lists';
  const below = await folder.filesBelow('');
  if (below.some((path) => /\.(dcm|dicom|ima|mhd|mha|nii|nii\.gz)$/i.test(path))) return 'dicom';
  if (names.some((name) => /^\d{20,}_\d+\.png$/.test(name))) return 'luna16';
  // DICOM files often have no extension at all.
  if (below.some((path) => !/\.[a-z]{2,4}$/i.test(path))) return 'dicom';
  return undefined;
}
