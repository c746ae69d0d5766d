import { GroundglassClient } from '@groundglass/client';
import { CtError, withheldCodes } from '@groundglass/core';
import { startServer } from '@groundglass/server';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { coverageTable, type CoverageRow } from './coverage-table.js';
import { nonsenseKinds } from './nonsense-kinds.js';

const usage = `npm run coverage -- [--data FOLDER] [--others FOLDER] [--each 6] [--thin 1] [--models models] [--write docs/coverage.md]

Counts the pictures that the server gives no answer for: chest CT (a folder laid out as the README of the data describes), where an answer is
due, and ${nonsenseKinds.length} kinds of drawn pictures, which must get none.

  --data    real chest CT; without it only the drawn pictures are counted
  --others  a folder of folders with pictures that are not chest CT (photographs, MR, …), one row for each folder
  --each    number of pictures of each drawn kind
  --thin    read only every n-th chest slice
  --write   also write the table as Markdown, between its marks

Research use, not for diagnosis.`;

const workspace = join(import.meta.dirname, '../../..');

/** Sources of chest slices below the data's folder, each with a step: every how many files one is read. */
const chests: readonly { name: string; folders: string[]; every: number }[] = [
  { name: 'COVID-CT, all', folders: ['covid-ct/CT_COVID', 'covid-ct/CT_NonCOVID'], every: 1 },
  {
    name: 'COVID-Seg slices, all',
    folders: ['covid-seg/slices/train/images', 'covid-seg/slices/test/images'],
    every: 1,
  },
  { name: 'MosMedData, validation', folders: ['mosmed-dev'], every: 2 },
  { name: 'LUNA16', folders: ['luna16'], every: 5 },
  { name: 'Radiopaedia, 7 volumes', folders: ['covid-seg/radiopaedia9/images'], every: 6 },
  { name: 'COVID-Seg volumes', folders: ['covid-seg/volumes/images'], every: 18 },
  {
    name: 'COVID-CT-MD, slices in HU',
    folders: ['P001', 'cap001', 'normal001'].map((name) => `dicom/covid-ct-md/${name}`),
    every: 1,
  },
  { name: 'Lung-PET-CT-Dx, slices in HU', folders: ['dicom/lung-pet-ct-dx-a0002'], every: 1 },
  { name: 'COVID-19-NY-SBU, slices in HU', folders: ['dicom/covid-19-ny-sbu'], every: 1 },
];

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    others: { type: 'string' },
    each: { type: 'string', default: '6' },
    thin: { type: 'string', default: '1' },
    models: { type: 'string', default: join(workspace, 'models') },
    write: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const each = Number(values.each);
const thin = Number(values.thin);
const server = await startServer({
  models: resolve(values.models),
  port: 0,
  grpcPort: 'off',
  logLevel: 'silent',
});
const client = new GroundglassClient({ baseUrl: server.url });
const rows: CoverageRow[] = [];
// Requests are refused while the model loads, which must not be counted here.
for (let tries = 0; !(await client.isReady()) && tries < 600; tries++) {
  await new Promise((resolve) => setTimeout(resolve, 500));
}
const [model] = await client.models();
if (!model) throw new Error(`Expected a model for CT images in ${values.models}`);
try {
  if (values.data) {
    for (const { name, folders, every } of chests) {
      const files = [];
      for (const folder of folders) files.push(...(await filesOf(join(values.data, folder))));
      const chosen = files.filter((_, i) => i % Math.round(every * thin) === 0);
      rows.push(await count(name, 'chest', chosen.map(fromFile)));
    }
  }
  for (const [k, { name, use, draw }] of nonsenseKinds.entries()) {
    const drawn = Array.from({ length: each }, (_, i) => async () => {
      const { bytes } = await draw(1000 * k + i + 1);
      return bytes;
    });
    rows.push(await count(name, use, drawn));
  }
  if (values.others) {
    for (const folder of (await readdir(values.others)).sort()) {
      const path = join(values.others, folder);
      if ((await stat(path)).isDirectory())
        rows.push(await count(folder, 'other', (await filesOf(path)).map(fromFile)));
    }
  }
} finally {
  await server.close();
}
const table = coverageTable(rows, {
  model: `${model.name} ${model.version}`,
  sha256: model.sha256,
});
console.log(table);
if (values.write) await replaceBetweenMarks(resolve(values.write), table);

async function count(
  name: string,
  use: CoverageRow['use'],
  pictures: readonly (() => Promise<Uint8Array>)[],
): Promise<CoverageRow> {
  const reasons = Object.fromEntries(withheldCodes.map((code) => [code, 0]));
  const tally = { pictures: 0, withheld: 0, refused: 0 };
  const left = [...pictures];
  const score = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      tally.pictures++;
      try {
        const { label, withheld } = await client.predict(await next(), {
          mask: false,
          slices: 'middle',
        });
        if (label === null) tally.withheld++;
        for (const code of withheld) reasons[code]!++;
      } catch (error) {
        // A file that is refused has no answer either.
        if (!(error instanceof CtError)) throw error;
        tally.refused++;
      }
    }
  };
  await Promise.all([score(), score()]);
  console.error(
    `${name}: ${tally.withheld + tally.refused} of ${tally.pictures} without an answer`,
  );
  return { name, use, ...tally, reasons };
}

function fromFile(path: string): () => Promise<Uint8Array> {
  return () => readFile(path);
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = entries.filter(
    (entry) => entry.isFile() && !/\.(txt|md|csv|json)$/.test(entry.name),
  );
  return files.map(({ name, parentPath }) => join(parentPath, name)).sort();
}

async function replaceBetweenMarks(path: string, table: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const [start, end] = ['<!-- coverage -->', '<!-- /coverage -->'];
  const [before, after] = [text.indexOf(start), text.indexOf(end)];
  if (before < 0 || after < before)
    throw new Error(`Expected ${start} and ${end} in ${relative(workspace, path)}`);
  const head = text.slice(0, before + start.length);
  await writeFile(path, `${head}\n\n${table}\n\n${text.slice(after)}`);
}
