import { predictionSchema } from '@groundglass/core';
import { execFile } from 'node:child_process';
import {
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findInputs } from './find-inputs.js';
import { formatTable } from './table.js';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');
const samples = join(root, 'samples');
const cli = join(root, 'tools/dist/start/cli.js');

describe('what is scored', () => {
  test('of the samples: pictures and volumes one by one, a DICOM folder as one series, no masks', async () => {
    const { inputs, problems } = await findInputs([samples], samples);
    expect(problems).toEqual([]);
    expect(inputs.map(({ label, files }) => [label, files.length])).toEqual([
      ['covid-figure.jpg', 1],
      ['covid-series/', 12],
      ['covid-slice.png', 1],
      ['covid-volume.nii.gz', 1],
      ['non-covid-slice.png', 1],
      ['non-covid-volume.mha', 1],
    ]);
  });

  test('a path that does not exist is reported and the others continue', async () => {
    const { inputs, problems } = await findInputs(
      [join(samples, 'gone.png'), join(samples, 'covid-slice.png')],
      samples,
    );
    expect(inputs).toHaveLength(1);
    expect(problems.map(({ label, error }) => [label, error.code])).toEqual([
      ['gone.png', 'CT_READ_FAILED'],
    ]);
  });

  test('every file of a folder that is in no input is reported: cut, empty, copied, a broken link', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'groundglass-start-'));
    try {
      const series = join(samples, 'covid-series');
      const [first = '', second = '', third = ''] = (await readdir(series)).sort();
      const names = ['a.dcm', 'b.dcm'];
      await copyFile(join(series, first), join(folder, 'a.dcm'));
      await copyFile(join(series, second), join(folder, 'b.dcm'));
      await copyFile(join(series, second), join(folder, 'copy.dcm'));
      const whole = await readFile(join(series, third));
      await writeFile(join(folder, 'cut.dcm'), whole.subarray(0, 300));
      await writeFile(join(folder, 'empty.dcm'), '');
      await writeFile(join(folder, 'notes.txt'), 'no image by its name');
      await symlink(join(folder, 'nothing'), join(folder, 'link.png'));
      const { inputs, problems, warnings } = await findInputs([folder], folder);
      expect(inputs.map(({ files }) => files)).toEqual([names.map((name) => join(folder, name))]);
      expect(problems.map(({ label, error }) => `${label} ${error.code}`).sort()).toEqual([
        'empty.dcm CT_UNKNOWN_FORMAT',
      ]);
      expect(warnings.map(({ file, code }) => `${file} ${code}`).sort()).toEqual([
        'copy.dcm DUPLICATE_FILE',
        'cut.dcm FILE_UNREADABLE',
        'link.png FILE_UNREADABLE',
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a header given alone brings its voxels along', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inputs-'));
    await writeFile(join(folder, 'scan.mhd'), 'ObjectType = Image\nNDims = 3\n');
    await writeFile(join(folder, 'scan.zraw'), 'x');
    await writeFile(join(folder, 'other.raw'), 'x');
    const { inputs } = await findInputs([folder], folder);
    expect(inputs).toEqual([
      { label: 'scan.mhd', files: [join(folder, 'scan.mhd'), join(folder, 'scan.zraw')] },
    ]);
    await rm(folder, { recursive: true });
  });
});

test('a table aligns its first column left and the numbers right', () => {
  expect(
    formatTable(
      ['file', 'ms'],
      [
        ['a', '5'],
        ['long', '1234'],
      ],
    ),
  ).toBe(['file    ms', '────  ────', 'a        5', 'long  1234'].join('\n'));
});

describe('the command', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'start-'));
    await mkdir(join(folder, 'images'));
    await cp(join(samples, 'covid-slice.png'), join(folder, 'images/a.png'));
    await cp(join(samples, 'covid-slice.mask.png'), join(folder, 'images/a.mask.png'));
    await symlink('nowhere', join(folder, 'images/broken.png'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('--once prints on its first line whether the model is trained, then the table, and exits with 0', async () => {
    const { stdout } = await run(process.execPath, [cli, '--once', 'images'], { cwd: folder });
    const [first, , header, , row] = stdout.split('\n');
    expect(first).toMatch(/^Model groundglass version \d+, trained: (true|false)/);
    expect(header).toMatch(/^file +probability +label +lesion % +ms$/);
    expect(row).toMatch(/^images\/a\.png +[01]\.\d{3} +(non-)?covid +[\d.]+ +\d+$/);
  });

  test('--json prints predictions and nothing else', async () => {
    const { stdout, stderr } = await run(process.execPath, [cli, '--once', '--json', 'images'], {
      cwd: folder,
    });
    const predictions = predictionSchema.array().parse(JSON.parse(stdout));
    expect(predictions).toHaveLength(1);
    expect(predictions[0]?.file).toBe('images/a.png');
    expect(predictions[0]?.warnings).toContainEqual({ code: 'HU_LOST' });
    expect(stderr).toContain('trained:');
  });

  test('every bundled sample gets its expected label, and a plausible mask', async () => {
    const { stdout } = await run(process.execPath, [cli, '--once']);
    const [, , header, , ...rows] = stdout.trimEnd().split('\n');
    expect(header).toMatch(/label +lesion % +ms +should be$/);
    expect(rows).toHaveLength(6);
    for (const row of rows) {
      const [name, , label, lesion, , expected] = row.trim().split(/ {2,}/);
      expect(label, row).toBe(expected);
      expect(name!.startsWith(`${expected!}-`), row).toBe(true);
      // Lesions of COVID-19 cover some of the lungs and not half of them; a nodule hardly any.
      if (expected === 'covid') expect(Number(lesion), row).toBeGreaterThan(0.5);
      expect(Number(lesion), row).toBeLessThan(expected === 'covid' ? 50 : 3);
    }
  });

  test('reports a file that cannot be scored and exits with 1', async () => {
    await writeFile(join(folder, 'words.png'), 'no picture at all');
    const failed = await run(process.execPath, [cli, '--once', 'words.png'], { cwd: folder }).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/words\.png: Expected .* \(CT_UNKNOWN_FORMAT\)/) as string,
    });
  });

  test('an unknown flag prints the usage', async () => {
    const failed = await run(process.execPath, [cli, '--twice']).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('npm start') as string,
    });
  });
});
