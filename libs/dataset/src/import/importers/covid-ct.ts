import { defaultLabels, type CtError } from '@groundglass/core';
import type { DatasetFiles } from '../../files/dataset-files.js';
import { readTable, type Table } from '../../tables/read-table.js';
import { didYouMean } from '../../text/did-you-mean.js';
import { DatasetFolder, joinPath } from '../dataset-folder.js';
import type { ImportOptions } from '../import-options.js';
import type { ImportedDataset } from '../import-report.js';
import { numberOrText, SampleCollector, type Meta } from '../sample-collector.js';

const classes = [
  { name: 'COVID', label: defaultLabels[1] },
  { name: 'NonCOVID', label: defaultLabels[0] },
] as const;

/**
 * Test images of the published lists that contradict the training set: each is the same picture as the named training image of the
 * other class. They stay as published and carry `meta.contradicts`, so that an evaluation can also exclude them. The audit
 * does not use this: it finds them by their pixels.
 */
const contradictions: ReadonlyMap<string, string> = new Map([
  ['CT_COVID/kjr-21-e24-p5-29.png', 'CT_NonCOVID/71%0.jpg'],
  ['CT_COVID/kjr-21-e24-p5-31.png', 'CT_NonCOVID/71%1.jpg'],
]);

/** What the paper says about the published images (arXiv 2003.13865, section 2); keys as in the statistics. */
export const covidCtPublished = {
  'images.covid': 349,
  'images.non-covid': 397,
  'patients.covid': 216,
  'height.covid.min': 153,
  'height.covid.mean': 491,
  'height.covid.max': 1853,
  'width.covid.min': 124,
  'width.covid.mean': 383,
  'width.covid.max': 1485,
  'age.covid.known': 169,
  'gender.covid.known': 137,
  'gender.covid.male': 86,
  'gender.covid.female': 51,
} as const;

/**
 * Imports the COVID-CT dataset as its authors publish it (arXiv 2003.13865): `CT_COVID`, `CT_NonCOVID`, the lists of
 * `Data-split` and the two metadata tables. Images in no list are reported as problems. `document` is the paper that a COVID
 * picture was cut from, according to the file's name.
 *
 * Handles the tables' traps without reporting them: names without `.png` (83 rows), genders that end in a space, a row
 * that only continues the caption above it.
 */
export async function importCovidCt(
  files: DatasetFiles,
  options: ImportOptions = {},
): Promise<ImportedDataset> {
  const folder = new DatasetFolder(files);
  const collector = new SampleCollector(folder, options);
  const meta = new Map([
    ...(await covidMetadata(folder, collector)),
    ...(await nonCovidMetadata(folder, collector)),
  ]);
  const listed = new Set<string>();
  for (const { name, label } of classes) {
    for (const split of ['train', 'val', 'test'] as const) {
      const list = `Data-split/${name}/${split}CT_${name}.txt`;
      if (!(await folder.has(list))) {
        collector.report({ file: list }, 'Expected the published list, there is no such file');
        continue;
      }
      const lines = (await folder.readText(list)).split(/\r?\n/);
      for (const [i, line] of lines.entries()) {
        const file = line.trim();
        if (file === '') continue;
        const image = `CT_${name}/${file}`;
        listed.add(image);
        const { patient, ...known } = meta.get(image) ?? {};
        const contradicts = contradictions.get(image);
        const fields = contradicts === undefined ? known : { ...known, contradicts };
        const document = /^(.+?)-p\d+-/.exec(file)?.[1];
        await collector.add(
          {
            path: image,
            label,
            split,
            patient: patient === undefined ? file : String(patient),
            source: 'covid-ct',
            ...(document === undefined ? {} : { document }),
            ...(Object.keys(fields).length > 0 ? { meta: fields } : {}),
          },
          { file: list, row: i + 1 },
        );
      }
    }
    const images = (await folder.has(`CT_${name}`)) ? await folder.files(`CT_${name}`) : [];
    for (const file of images) {
      const image = joinPath(`CT_${name}`, file);
      if (!listed.has(image))
        collector.report({ file: image }, 'The image is not in any list of Data-split');
    }
  }
  return collector.finish({
    name: 'COVID-CT',
    description:
      'CT figures cut from preprints and teaching databases; no Hounsfield units. arXiv 2003.13865',
    license: 'Images belong to the authors and publishers of the papers; research use',
    citation: 'arXiv 2003.13865',
    published: covidCtPublished,
  });
}

const metadataColumns = {
  age: 'age',
  gender: 'gender',
  location: 'location',
  medicalHistory: 'medical history',
  time: 'time',
  severity: 'severity',
  otherDiseases: 'other diseases',
  doi: 'doi',
  caption: 'captions',
} as const;

/** Rows of `COVID-CT-MetaInfo.xlsx` by image path. */
async function covidMetadata(
  folder: DatasetFolder,
  collector: SampleCollector,
): Promise<Map<string, Meta>> {
  const byImage = new Map<string, Meta>();
  const table = await metadataTable(folder, collector, 'COVID-CT-MetaInfo.xlsx');
  if (!table) return byImage;
  const { file } = table;
  for (const { row, cells } of table.rows) {
    const name = cells.get('file name');
    // The last row has no name: it continues the caption of the row above.
    if (name === undefined) continue;
    const image = await imageOf(folder, collector, { file, row }, 'CT_COVID', name);
    if (image === undefined) continue;
    if (byImage.has(image)) {
      collector.report({ file, row }, `"${name}" already has a row`);
      continue;
    }
    const meta: Meta = {};
    for (const [key, column] of Object.entries(metadataColumns)) {
      const value = cells.get(column);
      if (value !== undefined) meta[key] = key === 'age' ? numberOrText(value) : value;
    }
    const patient = cells.get('patient id');
    if (patient !== undefined) meta.patient = patient;
    byImage.set(image, meta);
  }
  return byImage;
}

/** Rows of `NonCOVID-CT-MetaInfo.csv` (a counter, the image's name, the patient) by image path. */
async function nonCovidMetadata(
  folder: DatasetFolder,
  collector: SampleCollector,
): Promise<Map<string, Meta>> {
  const byImage = new Map<string, Meta>();
  const table = await metadataTable(folder, collector, 'NonCOVID-CT-MetaInfo.csv');
  if (!table) return byImage;
  const { file } = table;
  for (const { row, cells } of table.rows) {
    const name = cells.get('image name');
    const patient = cells.get('patient id');
    if (name === undefined) continue;
    const image = await imageOf(folder, collector, { file, row }, 'CT_NonCOVID', name);
    if (image === undefined) continue;
    if (byImage.has(image)) collector.report({ file, row }, `"${name}" already has a row`);
    else if (patient !== undefined) byImage.set(image, { patient });
  }
  return byImage;
}

/** A table that the dataset may lack; an unreadable one is a problem and the import continues without it. */
async function metadataTable(
  folder: DatasetFolder,
  collector: SampleCollector,
  file: string,
): Promise<Table | undefined> {
  if (!(await folder.has(file))) return undefined;
  try {
    const table = await readTable(await folder.readBytes(file), file);
    collector.problems.push(...table.problems);
    return table;
  } catch (error) {
    collector.report({ file }, (error as CtError).message);
    return undefined;
  }
}

/** The path of a table's image, whose name may lack the extension; reports a name without an image. */
async function imageOf(
  folder: DatasetFolder,
  collector: SampleCollector,
  place: { file: string; row: number },
  images: string,
  name: string,
): Promise<string | undefined> {
  const names = (await folder.has(images)) ? await folder.files(images) : [];
  const found = [name, `${name}.png`, `${name}.jpg`].find((file) => names.includes(file));
  if (found !== undefined) return `${images}/${found}`;
  collector.report(place, `There is no image "${name}" in ${images}${didYouMean(name, names)}`);
  return undefined;
}
