import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { madeSlice } from '../features/made-slice.fixture.js';
import * as dataset from '../index.js';
import { nodeFiles } from '../node/index.js';
import type { ImportOptions } from './import-options.js';

const samplesFolder = join(import.meta.dirname, '../../../../samples');

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bad-input-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function file(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

async function importTable(options: ImportOptions = { decode: false }, name = 't.csv') {
  const table = await dataset.readTable(await readFile(join(root, name)), name);
  const { samples, problems } = await dataset.importTable(await nodeFiles(root), table, options);
  return { samples, problems: problems.map(dataset.formatProblem) };
}

const rows = 'Path;Label;Split\r\n"a b.png"; COVID ;Train\r\nö.png;Normal;validation\r\n';

describe('a table of another dialect is read: ', () => {
  const utf16 = (text: string, swap: boolean) => {
    const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
    return swap ? bytes.swap16() : bytes;
  };
  test.each<[string, string | Uint8Array]>([
    ['semicolons, blanks, CRLF', rows],
    ['tabs', rows.replaceAll(';', '\t')],
    ['byte order mark', `\uFEFF${rows}`],
    ['UTF-16, little endian', utf16(rows, false)],
    ['UTF-16, big endian', utf16(rows, true)],
    ['UTF-16 without a mark', Buffer.from(rows, 'utf16le')],
    ['Windows-1252', Buffer.from(rows, 'latin1')],
    ['the hint of Excel', `sep=;\r\n${rows}`],
  ])('%s', async (_, content) => {
    await file('a b.png', 'x');
    await file('ö.png', 'x');
    await file('t.csv', content);
    const { samples, problems } = await importTable();
    expect(problems).toEqual([]);
    expect(samples.map(({ path, label, split }) => [path, label, split])).toEqual([
      ['a b.png', 'covid', 'train'],
      ['ö.png', 'non-covid', 'val'],
    ]);
  });
});

test('absolute paths inside the root, backslashes and ./ are the files that they name', async () => {
  await file('x/a.png', 'x');
  await file('x/b.png', 'x');
  await file('x/c.png', 'x');
  await file('t.csv', `path,label\n${root}/x/a.png,1\nx\\b.png,0\n./x/c.png,0\n/etc/hosts,0\n`);
  const { samples, problems } = await importTable();
  expect(samples.map(({ path }) => path)).toEqual(['x/a.png', 'x/b.png', 'x/c.png']);
  expect(problems).toEqual(['t.csv:5: "/etc/hosts" points outside the dataset\'s folder']);
});

test('a name of another case or Unicode form, and a misspelt label, get a suggestion', async () => {
  await file('Bild-é.png', 'x');
  await file(
    't.csv',
    `path,label\nbild-é.PNG,1\n${'Bild-é.png'.normalize('NFD')},1\nBild-é.png,covd\n`,
  );
  const { samples, problems } = await importTable();
  expect(samples).toEqual([]);
  expect(problems.map((problem) => /did you mean "[^"]+"/.exec(problem)?.[0])).toEqual([
    'did you mean "Bild-é.png"',
    'did you mean "Bild-é.png"',
    'did you mean "covid"',
  ]);
});

test('labels of any name come from --labels and --label-map; a word without a label is a problem', async () => {
  for (const name of ['a', 'b', 'c', 'd']) await file(`${name}.png`, 'x');
  await file('t.csv', 'path,label\na.png,CAP\nb.png,Tumour\nc.png,cyst\nd.png,\n');
  const { samples, problems } = await importTable({
    decode: false,
    labels: ['normal', 'tumour'],
    labelMap: new Map([['cap', 'normal']]),
  });
  expect(samples.map(({ label }) => label)).toEqual(['normal', 'tumour', null]);
  expect(problems).toEqual([
    't.csv:4: label: Expected one of normal, tumour, got "cyst"; map it with --label-map "cyst=LABEL" or name all labels with --labels',
  ]);
  await expect(importTable({ positive: 'tumor' })).rejects.toMatchObject({
    code: 'CT_BAD_REQUEST',
  });
});

test('files are decoded: half a PNG, Thumbs.db, a black picture of 16 bits and masks that are none are problems', async () => {
  const png = await madeSlice(1, 64).png().toBuffer();
  const grey = (value: (i: number) => number, as16 = false) => {
    const data = as16
      ? Uint16Array.from({ length: 4096 }, (_, i) => value(i))
      : Uint8Array.from({ length: 4096 }, (_, i) => value(i));
    return sharp(data, { raw: { width: 64, height: 64, channels: 1 } }).toColourspace(
      as16 ? 'grey16' : 'b-w',
    );
  };
  await file('good.png', png);
  await file('half.png', png.subarray(0, png.length / 2));
  await file('Thumbs.db', Buffer.from('d0cf11e0a1b11ae1', 'hex'));
  await file(
    'dark16.png',
    await grey((i) => i % 4096, true)
      .png()
      .toBuffer(),
  );
  await file(
    'm-good.png',
    await grey((i) => (i % 64 < 20 ? 255 : 0))
      .png()
      .toBuffer(),
  );
  await file(
    'm-jpeg.jpg',
    await grey((i) => (i % 64 < 21 && i > 700 ? 255 : 0))
      .jpeg({ quality: 60 })
      .toBuffer(),
  );
  await file(
    'm-all.png',
    await grey(() => 255)
      .png()
      .toBuffer(),
  );
  await file('m-size.png', await madeSlice(1, 32).png().toBuffer());
  await file(
    'm-palette.png',
    await sharp({
      create: { width: 64, height: 64, channels: 3, background: { r: 200, g: 0, b: 0 } },
    })
      .png({ palette: true })
      .toBuffer(),
  );
  for (const n of ['1', '2', '3', '4', '5'])
    await file(
      `p${n}.png`,
      await madeSlice(10 + Number(n), 64)
        .png()
        .toBuffer(),
    );
  await file(
    't.csv',
    `path,label,mask
good.png,1,m-good.png
half.png,1,
Thumbs.db,1,
dark16.png,0,
p1.png,1,m-jpeg.jpg
p2.png,1,m-all.png
p3.png,1,m-size.png
p4.png,1,m-palette.png
p5.png,1,gone.png
`,
  );
  const { samples, problems } = await importTable({});
  expect(samples).toMatchObject([{ path: 'good.png', mask: 'm-good.png' }]);
  expect(samples[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(samples[0]?.pixelHash).toMatch(/^[0-9a-f]{64}$/);
  const kinds = [
    /gone\.png" does not exist/,
    /half\.png": .*end is missing/,
    /Thumbs\.db": Expected DICOM/,
    /dark16\.png": .*brightest pixel/,
    /m-jpeg\.jpg" .*JPEG/,
    /m-all\.png" is set everywhere/,
    /64×64 as the image, "m-size\.png" has 32×32/,
    /m-palette\.png" has colours/,
  ];
  expect(problems).toHaveLength(kinds.length);
  for (const kind of kinds) expect(problems.some((problem) => kind.test(problem))).toBe(true);
});

test('split lists replace the split; images without a list and entries without a file are problems', async () => {
  for (const name of ['a', 'b', 'c']) await file(`x/${name}.png`, 'x');
  await file('t.csv', 'path,label,split\nx/a.png,1,train\nx/b.png,0,train\nx/c.png,0,train\n');
  const entries = [
    { name: 'a.png', split: 'test', row: 1 },
    { name: 'x/b', split: 'val', row: 2 },
    { name: 'b', split: 'Validation', row: 3 },
    { name: 'd.png', split: 'test', row: 4 },
  ];
  const { samples, problems } = await importTable({
    decode: false,
    splitLists: [{ file: 'list.txt', entries }],
  });
  expect(samples.map(({ path, split }) => [path, split])).toEqual([
    ['x/a.png', 'test'],
    ['x/b.png', 'val'],
  ]);
  expect(problems.filter((problem) => !problem.includes('did you mean'))).toEqual([
    'x/c.png: The image is not in any split list',
  ]);
});

test('joined tables add label, patient and metadata, and name rows that match nothing', async () => {
  await file('a.png', 'x');
  await file('b.png', 'x');
  await file('t.csv', 'path\na.png\nb.png\n');
  const join1 = await dataset.readTable(
    Buffer.from('image;diagnosis;Patient ID;Age\na;COVID;17;44\nz.png;COVID;18;45\n'),
    'meta.csv',
  );
  const { samples, problems } = await importTable({ decode: false, joins: [join1] });
  expect(samples).toMatchObject([
    { path: 'a.png', label: 'covid', patient: '17', meta: { age: 44 } },
    { path: 'b.png', label: null },
  ]);
  expect(problems).toEqual([
    expect.stringMatching(/^meta\.csv:3: "z\.png" is not a sample of the dataset/),
  ]);
});

test('a file of text lists for each split is imported, labels from words, list names and folders', async () => {
  await file('CT_COVID/a 1.png', 'x');
  await file('CT_NonCOVID/b.png', 'x');
  await file('c.png', 'x');
  await file('lists/COVID/trainCT_COVID.txt', 'a 1.png\n');
  await file('lists/NonCOVID/testCT_NonCOVID.txt', 'b.png\r\nmissing.png\r\n');
  await file('val.txt', 'c.png COVID\n');
  const { samples, problems } = await dataset.importSplitLists(await nodeFiles(root), {
    decode: false,
  });
  expect(samples.map(({ path, label, split }) => [path, label, split]).sort()).toEqual([
    ['CT_COVID/a 1.png', 'covid', 'train'],
    ['CT_NonCOVID/b.png', 'non-covid', 'test'],
    ['c.png', 'covid', 'val'],
  ]);
  expect(problems.map(dataset.formatProblem)).toEqual([
    'lists/NonCOVID/testCT_NonCOVID.txt:2: "missing.png" does not exist',
  ]);
});

test('LUNA16 as published becomes all slices of its volumes, never only the first', async () => {
  const voxels = new Int16Array(16 * 16 * 3).map((_, i) => -1000 + i);
  await file(
    'subset0/1.2.3.mhd',
    'ObjectType = Image\nNDims = 3\nDimSize = 16 16 3\nElementType = MET_SHORT\nElementSpacing = 0.7 0.7 2.5\nOffset = 0 0 0\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nElementDataFile = 1.2.3.raw\n',
  );
  await file('subset0/1.2.3.raw', new Uint8Array(voxels.buffer));
  await file(
    'subset0/9.mhd',
    'ObjectType = Image\nNDims = 3\nDimSize = 16 16 3\nElementType = MET_SHORT\nElementSpacing = 1 1 1\nElementDataFile = 9.raw\n',
  );
  const files = await nodeFiles(root);
  expect(await dataset.detectLayout(files)).toBe('luna16');
  const { samples, problems } = await dataset.importLuna16(files);
  expect(
    samples.map(({ path, slice, patient, label, meta }) => [
      path,
      slice,
      patient,
      label,
      meta?.subset,
    ]),
  ).toEqual(
    [0, 1, 2].map((slice) => ['subset0/1.2.3.mhd', slice, '1.2.3', 'non-covid', 'subset0']),
  );
  expect(new Set(samples.map(({ pixelHash }) => pixelHash)).size).toBe(3);
  expect(problems.map(({ file: name }) => name)).toEqual(['subset0/9.mhd']);
  const whole = await dataset.importLuna16(files, { volumes: 'whole' });
  expect(whole.samples).toMatchObject([{ path: 'subset0/1.2.3.mhd', meta: { slices: 3 } }]);
  expect(whole.samples[0]).not.toHaveProperty('slice');
});

test.skipIf(!existsSync(samplesFolder))(
  'the bundled samples, in any folders, get patient and series from their tags',
  async () => {
    await cp(samplesFolder, join(root, 'tree/any'), { recursive: true });
    await file('tree/notes.txt', 'not an image');
    const { samples, problems } = await dataset.importDicomTree(
      await nodeFiles(join(root, 'tree')),
      { decode: true },
    );
    expect(samples.length).toBeGreaterThan(0);
    const dicom = samples.filter(({ meta }) => meta?.series !== undefined);
    for (const { patient, meta } of dicom) expect([patient, meta?.study]).not.toContain(undefined);
    expect(problems.map(({ file: name }) => name)).toContain('notes.txt');
  },
);

test('Hugging Face’s imagefolder is written and read back', async () => {
  await file('a.png', await madeSlice(1, 64).png().toBuffer());
  await file('b.png', await madeSlice(2, 64).png().toBuffer());
  await file('t.csv', 'path,label,split,patient,age\na.png,1,train,p1,50\nb.png,0,val,p2,60\n');
  const table = await dataset.readTable(await readFile(join(root, 't.csv')), 't.csv');
  const files = await nodeFiles(root);
  const imported = await dataset.importTable(files, table);
  for await (const { path, bytes } of dataset.imagefolderFiles(files, imported.samples))
    await file(`hf/${path}`, bytes);
  const back = await dataset.importFolders(await nodeFiles(join(root, 'hf')));
  expect(back.problems).toEqual([]);
  const facts = ({ label, split, patient, pixelHash, meta }: (typeof back.samples)[number]) => [
    label,
    split,
    patient,
    pixelHash,
    meta?.age,
  ];
  expect(back.samples.map(facts)).toEqual(imported.samples.map(facts));
});
