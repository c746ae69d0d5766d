import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatProblem } from './import-report.js';
import * as importers from '../index.js';
import { nodeFiles, readManifest, writeManifest } from '../node/index.js';
import type { ImportOptions } from './import-options.js';
import type { NamePatternOptions } from './importers/name-pattern.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'dataset-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function file(path: string, content: string | Buffer = 'x'): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

/** Most tests are about names and tables: their images are empty. */
const unread: ImportOptions = { decode: false };

async function importCsv(options: ImportOptions = unread) {
  const table = await importers.readTable(await readFile(join(root, 't.csv')), 't.csv');
  return importers.importTable(await nodeFiles(root), table, options);
}
const importCovidCt = async () => importers.importCovidCt(await nodeFiles(root), unread);
const importCovidSeg = async () => importers.importCovidSeg(await nodeFiles(root), unread);
const importFolders = async (folder = root) =>
  importers.importFolders(await nodeFiles(folder), unread);
const importNamePattern = async (options: NamePatternOptions) =>
  importers.importNamePattern(await nodeFiles(root), { ...options, ...unread });

function png(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: 'grey' } })
    .greyscale()
    .png()
    .toBuffer();
}

describe('a CSV table', () => {
  test('becomes samples; unknown columns become meta', async () => {
    await file('a.png');
    await file('b.png');
    await file(
      't.csv',
      'path,label,split,patient,source,age\na.png,covid,test,p1,s,41\nb.png,NonCOVID,train,p2,s,\n',
    );
    const { samples, problems } = await importCsv();
    expect(problems).toEqual([]);
    expect(samples).toEqual([
      {
        path: 'a.png',
        label: 'covid',
        split: 'test',
        patient: 'p1',
        source: 's',
        meta: { age: 41 },
      },
      { path: 'b.png', label: 'non-covid', split: 'train', patient: 'p2', source: 's' },
    ]);
  });

  test('names missing files, unknown labels, repeated rows and paths that leave the folder with file and row', async () => {
    await file('a.png');
    await symlink('/etc/hostname', join(root, 'link.png'));
    await file(
      't.csv',
      [
        'path,label,split',
        'a.png,covid,train',
        'gone.png,covid,train',
        'a.png,covid,train',
        '../b.png,covid,train',
        'link.png,covid,train',
        'a.png,pneumonia,train',
      ].join('\n'),
    );
    const { samples, problems } = await importCsv();
    expect(samples.map(({ path }) => path)).toEqual(['a.png']);
    expect(problems.map(formatProblem)).toEqual([
      't.csv:3: "gone.png" does not exist',
      't.csv:4: "a.png" is listed a second time, first in t.csv:2',
      't.csv:5: "../b.png" points outside the dataset\'s folder',
      't.csv:6: "link.png" links to a file outside of the dataset\'s folder',
      expect.stringMatching(/^t\.csv:7: label: .*got "pneumonia"; map it with --label-map/),
    ]);
  });

  test('names a mask of another size', async () => {
    await file('a.png', await png(8, 6));
    await file('m.png', await png(6, 8));
    await file('t.csv', 'path,label,split,mask\na.png,covid,train,m.png\n');
    const { samples, problems } = await importCsv({});
    expect(samples).toEqual([]);
    expect(problems.map(formatProblem)).toEqual([
      't.csv:2: Expected a mask of 8×6 as the image, "m.png" has 6×8',
    ]);
  });

  test('names a patient in two splits and keeps the rows as published', async () => {
    await file('a.png');
    await file('b.png');
    await file('t.csv', 'path,label,split,patient\na.png,covid,train,p1\nb.png,covid,test,p1\n');
    const { samples, problems } = await importCsv();
    expect(samples.map(({ path }) => path)).toEqual(['a.png', 'b.png']);
    expect(problems.map(formatProblem)).toEqual([
      'samples.jsonl: Patient "t/p1" is in more than one split: 1 in train, 1 in test',
    ]);
  });

  test('without the column label is refused as a whole', async () => {
    await file('t.csv', 'path,grade\na.png,1\n');
    await expect(importCsv()).rejects.toMatchObject({
      code: 'CT_BAD_DATASET',
      message: 'Expected the columns path and label in t.csv, missing: label; found: path, grade',
    });
  });
});

describe('COVID-CT', () => {
  test('takes the published lists, patients and metadata, and names images in no list', async () => {
    await file('CT_COVID/a-p1-1.png');
    await file('CT_COVID/extra.png');
    await file('CT_NonCOVID/0.jpg');
    await file('CT_NonCOVID/71%0.jpg');
    await file('CT_COVID/kjr-21-e24-p5-29.png');
    await file('Data-split/COVID/trainCT_COVID.txt', 'a-p1-1.png\r\nmissing.png\r\n');
    await file('Data-split/COVID/valCT_COVID.txt', '');
    await file('Data-split/COVID/testCT_COVID.txt', 'kjr-21-e24-p5-29.png\n');
    await file('Data-split/NonCOVID/trainCT_NonCOVID.txt', '0.jpg\n71%0.jpg');
    await file('Data-split/NonCOVID/valCT_NonCOVID.txt', '');
    await file(
      'NonCOVID-CT-MetaInfo.csv',
      ',image name,patient id\n0,0.jpg,crawled_patient_0\n1,none.jpg,x\n',
    );
    const { samples, problems } = await importCovidCt();
    expect(samples.map(({ path, label, split, patient }) => [path, label, split, patient])).toEqual(
      [
        ['CT_COVID/a-p1-1.png', 'covid', 'train', 'a-p1-1.png'],
        ['CT_COVID/kjr-21-e24-p5-29.png', 'covid', 'test', 'kjr-21-e24-p5-29.png'],
        ['CT_NonCOVID/0.jpg', 'non-covid', 'train', 'crawled_patient_0'],
        ['CT_NonCOVID/71%0.jpg', 'non-covid', 'train', '71%0.jpg'],
      ],
    );
    expect(samples[0]).toMatchObject({ document: 'a' });
    expect(samples[1]).toMatchObject({
      document: 'kjr-21-e24',
      meta: { contradicts: 'CT_NonCOVID/71%0.jpg' },
    });
    expect(problems.map(formatProblem)).toEqual([
      'NonCOVID-CT-MetaInfo.csv:3: There is no image "none.jpg" in CT_NonCOVID',
      'Data-split/COVID/trainCT_COVID.txt:2: "CT_COVID/missing.png" does not exist',
      'CT_COVID/extra.png: The image is not in any list of Data-split',
      'Data-split/NonCOVID/testCT_NonCOVID.txt: Expected the published list, there is no such file',
    ]);
  });
});

test.each([
  { where: 'in the folder', inside: '' },
  { where: 'beside the volumes of the whole dataset', inside: 'slices/' },
])(
  'COVID-Seg slices $where get their masks, and validation comes from the published training slices only',
  async ({ inside }) => {
    for (const split of ['train', 'test']) {
      for (let i = 0; i < 20; i++) {
        await file(`${inside}${split}/images/${i}.png`, await png(4, 4));
        await file(`${inside}${split}/lesion-masks/${i}.png`, await png(4, 4));
      }
    }
    const { samples, problems } = await importCovidSeg();
    expect(problems).toEqual([]);
    expect(samples).toHaveLength(40);
    for (const { path, split, mask } of samples) {
      expect(path.startsWith(`${inside}test/`)).toBe(split === 'test');
      expect(mask).toBe(path.replace('images', 'lesion-masks'));
    }
  },
);

describe('names that carry patient and slice', () => {
  test('keep the slices of a patient in one split; other names are reported', async () => {
    for (const patient of ['a_001', 'a_002', 'b_001']) {
      for (const slice of [1, 20, 3]) await file(`images/${patient}_${slice}.jpg`);
    }
    await file('images/readme.txt');
    const { samples, problems } = await importNamePattern({
      images: 'images',
      label: 'covid',
      source: 'volumes',
      masks: 'pseudo',
      pseudoMasks: true,
    });
    expect(problems.map(formatProblem)).toEqual([
      'images/readme.txt: Expected a name like "{patient}_{slice}"',
    ]);
    expect(samples[0]).toMatchObject({
      path: 'images/a_001_1.jpg',
      patient: 'a_001',
      meta: { sliceName: '1', pseudoMask: 'pseudo/a_001_1.png' },
    });
    expect(samples.map(({ path }) => path).slice(0, 3)).toEqual([
      'images/a_001_1.jpg',
      'images/a_001_3.jpg',
      'images/a_001_20.jpg',
    ]);
    const splitsOf = new Map<string, Set<string>>();
    for (const { patient, split } of samples) {
      splitsOf.set(patient, (splitsOf.get(patient) ?? new Set()).add(split));
    }
    expect([...splitsOf.values()].map((set) => set.size)).toEqual([1, 1, 1]);
  });
});

test('a folder per class gives labels, and a level above it the splits', async () => {
  await file('train/COVID/p1/1.dcm');
  await file('train/COVID/p1/2.dcm');
  await file('valid/normal/x.png');
  await file('test/dogs/y.png');
  const { samples, problems } = await importFolders();
  expect(samples.map(({ path, label, split, patient }) => [path, label, split, patient])).toEqual([
    ['train/COVID/p1/1.dcm', 'covid', 'train', 'COVID/p1'],
    ['train/COVID/p1/2.dcm', 'covid', 'train', 'COVID/p1'],
    ['valid/normal/x.png', 'non-covid', 'val', 'valid/normal/x.png'],
  ]);
  expect(problems.map(formatProblem)).toEqual([
    expect.stringMatching(
      /^test\/dogs: Expected a folder named after a class, such as non-covid or covid; map it/,
    ),
  ]);
});

describe('the manifest on disk', () => {
  test('is read back as written, with its root at the images', async () => {
    await file('images/covid/a.png');
    const imported = await importFolders(join(root, 'images'));
    await writeManifest(join(root, 'out'), imported, join(root, 'images'));
    const dataset = await readManifest(join(root, 'out'));
    expect(dataset.samples).toEqual(imported.samples);
    expect(dataset.manifest.root).toBe('../images');
    expect(dataset.root).toBe(join(root, 'images'));
  });

  test('names bad rows and keeps the good ones', async () => {
    await file(
      'groundglass.dataset.json',
      JSON.stringify({
        format: 'groundglass-dataset',
        version: 1,
        name: 'x',
        samples: 'samples.jsonl',
      }),
    );
    const good = { path: 'a.png', label: 'covid', split: 'test', patient: 'p', source: 's' };
    await file(
      'samples.jsonl',
      `{"path":\n${JSON.stringify(good)}\n${JSON.stringify({ ...good, label: 'cowid' })}\n`,
    );
    const { samples, problems } = await readManifest(root);
    expect(samples).toEqual([good]);
    expect(problems.map(({ file: name, row }) => `${name}:${row}`)).toEqual([
      'samples.jsonl:1',
      'samples.jsonl:3',
    ]);
    expect(problems[1]?.message).toMatch(/got "cowid" \(did you mean "covid"\?\)/);
  });
});

describe('MosMedData slices', () => {
  test('are labelled by the grade in their name, which is kept, and are for validation', async () => {
    for (const name of ['ct0_001.jpg', 'ct1_001.jpg', 'CT2_007.png', 'notes.txt']) await file(name);
    const { samples, problems } = await importers.importMosmed(await nodeFiles(root), unread);
    expect(problems).toEqual([]);
    expect(
      samples.map(({ path, label, split, patient, meta }) => [path, label, split, patient, meta]),
    ).toEqual([
      ['ct0_001.jpg', 'non-covid', 'val', 'ct0_001', { grade: 'ct0' }],
      ['ct1_001.jpg', 'covid', 'val', 'ct1_001', { grade: 'ct1' }],
      ['CT2_007.png', 'covid', 'val', 'CT2_007', { grade: 'ct2' }],
    ]);
    expect(await importers.detectLayout(await nodeFiles(root))).toBe('mosmed');
  });
});
