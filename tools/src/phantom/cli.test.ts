import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { main } from './cli.js';

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'phantom-cli-'));
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(out, { recursive: true, force: true });
});

describe('npm run phantom', () => {
  test('writes a series with its masks in a folder next to it', async () => {
    const options = ['--format', 'dicom-rle', '--slices', '3', '--size', '32', '--seed', '2'];
    expect(await main(['--out', out, ...options])).toBe(0);
    expect((await readdir(out)).sort()).toEqual(['thorax-2', 'thorax-2.masks']);
    expect((await readdir(join(out, 'thorax-2'))).sort()).toEqual([
      '001.dcm',
      '002.dcm',
      '003.dcm',
    ]);
  });

  test('writes a data set', async () => {
    expect(await main(['dataset', '--out', out, '--count', '2', '--size', '32'])).toBe(0);
    const rows = await readFile(join(out, 'samples.jsonl'), 'utf8');
    expect(rows.trimEnd().split('\n')).toHaveLength(2);
  });

  test.each([
    [['--format', 'png'], 'Expected --out'],
    [['--out', 'x', '--format', 'bmp'], 'got "bmp"'],
    [['--out', 'x', '--slices', 'many'], 'Expected a number for --slices, got "many"'],
    [['--out', 'x', '--size', '8'], 'size from 16 to 4096'],
    [['dataset', '--out', 'x'], 'Expected --count'],
    [['volcano'], 'got "volcano"'],
    [['--colour'], '--colour'],
  ])('answers %j with what is wrong and the usage', async (argv, message) => {
    expect(await main(argv)).toBe(2);
    expect(console.error).toHaveBeenCalledWith(expect.stringContaining(message));
  });

  test('explains itself', async () => {
    expect(await main(['--help'])).toBe(0);
    expect(console.log).toHaveBeenCalledWith(expect.stringContaining('npm run phantom'));
  });
});
