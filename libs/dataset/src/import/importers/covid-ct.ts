import type { DatasetSample, Label } from '@groundglass/core';
import { parse } from 'csv-parse/sync';
import readXlsxFile from 'read-excel-file/node';
import { DatasetFolder, joinPath } from '../dataset-folder.js';
import type { ImportedDataset } from '../import-report.js';
import { SampleCollector, type Place } from '../sample-collector.js';

type Meta = NonNullable<DatasetSample['meta']>;

/**
 * Test images of the published lists that contradict the training set: each is the same picture as the named training
 * image of the other class, cut from the same figure and saved in another format. They stay in the dataset as published
 * and carry `meta.contradicts`, so that an evaluation can also be read without them.
 */
const contradictions: ReadonlyMap<string, string> = new Map([
  ['CT_COVID/kjr-21-e24-p5-29.png', 'CT_NonCOVID/71%0.jpg'],
  ['CT_COVID/kjr-21-e24-p5-31.png', 'CT_NonCOVID/71%1.jpg'],
]);

const classes: { name: 'COVID' | 'NonCOVID'; label: Label }[] = [
  { name: 'COVID', label: 'covid' },
  { name: 'NonCOVID', label: 'non-covid' },
];

/**
 * Imports the COVID-CT dataset as its authors publish it (arXiv 2003.13865): `CT_COVID`, `CT_NonCOVID`, the lists of
 * `Data-split` and the two metadata tables. Images that are in no list are named as problems.
 *
 * The tables' traps are handled and not reported: names without `.png` (83 rows), genders that end in a space, a row
 * that only continues the caption above it.
 *
 * @throws {CtError} `CT_BAD_DATASET` when the folder is missing.
 */
export async function importCovidCt(path: string): Promise<ImportedDataset> {
  const folder = await DatasetFolder.open(path);
  const collector = new SampleCollector(folder);
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
        const { patient, ...fields } = meta.get(image) ?? {};
        await collector.add(
          {
            path: image,
            label,
            split,
            patient: patient ?? file,
            source: 'covid-ct',
            ...withMeta(image, fields),
          },
          { file: list, row: i + 1 },
        );
      }
    }
    const images = (await folder.has(`CT_${name}`)) ? await folder.files(`CT_${name}`) : [];
    for (const file of images) {
      const image = joinPath(`CT_${name}`, file);
      if (!listed.has(image))
        collector.report({ file: image }, 'The image stands in no list of Data-split');
    }
  }
  return {
    manifest: {
      format: 'groundglass-dataset',
      version: 1,
      name: 'COVID-CT',
      description:
        'CT figures cut from preprints and teaching databases; no Hounsfield units. arXiv 2003.13865',
      license: 'Images belong to the authors and publishers of the papers; research use',
      samples: 'samples.jsonl',
    },
    samples: collector.finish(),
    problems: collector.problems,
  };
}

function withMeta(image: string, fields: Meta): { meta?: Meta } {
  const contradicts = contradictions.get(image);
  const meta: Meta = contradicts === undefined ? fields : { ...fields, contradicts };
  return Object.keys(meta).length > 0 ? { meta } : {};
}

/** Rows of `COVID-CT-MetaInfo.xlsx` by image path. */
async function covidMetadata(
  folder: DatasetFolder,
  collector: SampleCollector,
): Promise<Map<string, Meta>> {
  const file = 'COVID-CT-MetaInfo.xlsx';
  const byImage = new Map<string, Meta>();
  if (!(await folder.has(file))) return byImage;
  const rows = await readSheet(folder, file, collector);
  const columns = {
    age: 'Age',
    gender: 'Gender',
    location: 'Location',
    medicalHistory: 'Medical history',
    time: 'Time',
    severity: 'Severity',
    otherDiseases: 'Other diseases',
    doi: 'DOI',
    caption: 'Captions',
  } as const;
  const header = (rows[0] ?? []).map((cell) => cellText(cell) ?? '');
  const cell = (row: readonly unknown[], name: string) => cellText(row[header.indexOf(name)]);
  for (const [i, row] of rows.entries()) {
    const name = cell(row, 'File name');
    // The last row has no name: it continues the caption of the row above.
    if (i === 0 || name === undefined) continue;
    const image = await imageOf(folder, 'CT_COVID', name);
    if (image === undefined) {
      collector.report({ file, row: i + 1 }, `There is no image "${name}" in CT_COVID`);
      continue;
    }
    if (byImage.has(image)) {
      collector.report({ file, row: i + 1 }, `"${name}" has a row already`);
      continue;
    }
    const meta: Meta = {};
    for (const [key, column] of Object.entries(columns)) {
      const value = cell(row, column);
      if (value !== undefined)
        meta[key] = key === 'age' && /^\d+$/.test(value) ? Number(value) : value;
    }
    const patient = cell(row, 'Patient ID');
    if (patient !== undefined) meta.patient = patient;
    byImage.set(image, meta);
  }
  return byImage;
}

async function readSheet(
  folder: DatasetFolder,
  file: string,
  collector: SampleCollector,
): Promise<readonly (readonly unknown[])[]> {
  try {
    const sheets = await readXlsxFile(await folder.readBytes(file));
    return sheets[0]?.data ?? [];
  } catch (error) {
    collector.report(
      { file },
      `Expected an Excel workbook: ${error instanceof Error ? error.message : String(error)}`,
    );
    return [];
  }
}

/** Rows of `NonCOVID-CT-MetaInfo.csv` (a counter, the image's name, the patient) by image path. */
async function nonCovidMetadata(
  folder: DatasetFolder,
  collector: SampleCollector,
): Promise<Map<string, Meta>> {
  const file = 'NonCOVID-CT-MetaInfo.csv';
  const byImage = new Map<string, Meta>();
  if (!(await folder.has(file))) return byImage;
  const rows: string[][] = parse(await folder.readText(file), {
    relax_column_count: true,
    skip_empty_lines: true,
  });
  for (const [i, [, name = '', patient = '']] of rows.entries()) {
    if (i === 0) continue;
    const place: Place = { file, row: i + 1 };
    const image = await imageOf(folder, 'CT_NonCOVID', name.trim());
    if (image === undefined) collector.report(place, `There is no image "${name}" in CT_NonCOVID`);
    else if (byImage.has(image)) collector.report(place, `"${name}" has a row already`);
    else byImage.set(image, { patient: patient.trim() });
  }
  return byImage;
}

/** The path of a table's image, whose name may lack the ending. */
async function imageOf(
  folder: DatasetFolder,
  images: string,
  name: string,
): Promise<string | undefined> {
  for (const file of [name, `${name}.png`, `${name}.jpg`]) {
    if (file !== '' && 'absolute' in (await folder.locate(`${images}/${file}`)))
      return `${images}/${file}`;
  }
  return undefined;
}

function cellText(cell: unknown): string | undefined {
  if (typeof cell === 'number') return String(cell);
  if (typeof cell !== 'string') return undefined;
  const text = cell.trim();
  return text === '' ? undefined : text;
}
