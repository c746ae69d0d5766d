import { parseResults } from '@groundglass/dataset';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRows } from '../reproduction/read-rows.js';
import { cli, trainer } from './discs.fixture.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'reproduce-'));
  await writeData(at('data'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const at = (...names: string[]) => join(root, ...names);

/** A 48×48 picture: waves of grey, with a bright disc if it is of COVID. */
async function picture(path: string, n: number, covid: boolean): Promise<void> {
  const size = 48;
  const grey = Uint8Array.from({ length: size * size }, (_, i) => {
    const [x, y] = [i % size, Math.floor(i / size)];
    const inside = covid && (x - 12 - ((n * 5) % 24)) ** 2 + (y - 24) ** 2 < 40;
    return 90 + 25 * Math.sin(x * 0.3 + n) + (inside ? 100 : 0);
  });
  await sharp(grey, { raw: { width: size, height: size, channels: 1 } })
    .png()
    .toFile(path);
}

/** A small version of the reproduction's folder: original CT with a split, and COVID-CT as published. */
async function writeData(folder: string): Promise<void> {
  const rows = ['path,label,split,patient,source'];
  let n = 0;
  for (const split of ['train', 'val', 'test'])
    for (const covid of [true, false]) {
      const source = covid ? 'covid-seg' : 'luna16';
      await mkdir(join(folder, source), { recursive: true });
      for (let i = 0; i < 6; i++, n++) {
        const path = `${source}/${split}-${i}.png`;
        await picture(join(folder, path), n, covid);
        // Two pictures a patient.
        rows.push(
          [
            path,
            covid ? 'covid' : 'non-covid',
            split,
            `${source}-${split}-${i >> 1}`,
            source,
          ].join(),
        );
      }
    }
  await writeFile(join(folder, 'original-ct-split.csv'), `${rows.join('\n')}\n`);
  for (const name of ['COVID', 'NonCOVID']) {
    await mkdir(join(folder, `covid-ct/CT_${name}`), { recursive: true });
    await mkdir(join(folder, `covid-ct/Data-split/${name}`), { recursive: true });
    for (const split of ['train', 'val', 'test']) {
      const files = [0, 1].map((i) => `${split}-${i}.png`);
      for (const file of files)
        await picture(join(folder, `covid-ct/CT_${name}`, file), n++, name === 'COVID');
      await writeFile(
        join(folder, `covid-ct/Data-split/${name}/${split}CT_${name}.txt`),
        `${files.join('\n')}\n`,
      );
    }
  }
}

const command = (out: string, ...flags: string[]) => [
  ...['reproduce', 'table5', '--scale', 'tiny', '--data', at('data'), '--out', at(out)],
  ...['--from-scratch', '--threads', '1', ...flags],
];
const tableOf = (text: string) => text.split('\n').filter((line) => line.startsWith('| '));

describe('groundglass-trainer reproduce', () => {
  let table: string[];

  test('trains the rows of a table and prints it next to the paper’s', async () => {
    const { stdout } = await trainer(...command('whole'));
    table = tableOf(stdout);
    expect(table[2]).toMatch(
      /^\| DenseNet-169 on COVID-Seg \| 64\.8 \| 50\.0 \| 79\.5 \| 60 \/ 7 \| \d/,
    );
    expect(table[6]).toMatch(
      /^\| JCS on Combination \| 83\.3 \| 84\.6 \| 94\.8 \| 156 \/ 40 or 157 \/ 41 \| \d/,
    );
    expect(stdout).toContain('A toy network at 64×64 pixels');
    expect(stdout).toContain('One seed.');
    const rows = await readRows(at('whole/rows.jsonl'));
    expect(rows.filter(({ row }) => !row.startsWith('baseline:'))).toHaveLength(5);
    expect(rows.filter(({ row }) => row.startsWith('baseline:')).length).toBeGreaterThan(3);
  });

  test('resumes after a kill, and prints the table of a run that never stopped', async () => {
    const child = spawn(process.execPath, [cli, ...command('killed')], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    while (!existsSync(at('killed/densenet169-covid-ct-349-seed1/checkpoint.safetensors')))
      await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGKILL');
    await ended;
    const before = await readRows(at('killed/rows.jsonl'));
    expect(before.map(({ row }) => row)).toEqual(['densenet169-covid-seg']);
    const part = await trainer(...command('killed', '--table-only'));
    expect(part.stdout.match(/not trained/g)).toHaveLength(4);

    await expect(trainer(...command('killed'))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--resume continues them') as string,
    });
    // As left by a kill in the middle of a row.
    await appendFile(at('killed/rows.jsonl'), '{"row":"densenet');
    const { stdout, stderr } = await trainer(...command('killed', '--resume'));
    expect(stderr).toContain('2 of 5: DenseNet-169 on COVID-CT-349, seed 1');
    expect(stderr).not.toContain('1 of 5');
    expect((await readRows(at('killed/rows.jsonl')))[0]).toEqual(before[0]);
    expect(tableOf(stdout)).toEqual(table);
  });

  test('its rows have results files that compare reads', async () => {
    const file = (row: string) => at('whole', `${row}-seed1/test.predictions.jsonl`);
    const { rows, problems } = parseResults(await readFile(file('jcs-combination'), 'utf8'));
    expect(problems).toEqual([]);
    expect(rows).toHaveLength(12);
    await trainer(
      'dataset',
      'import',
      'csv',
      at('data/original-ct-split.csv'),
      '--out',
      at('manifest'),
    );
    const { stdout } = await trainer(
      ...[
        'compare',
        file('jcs-combination'),
        file('densenet169-covid-seg'),
        '--data',
        at('manifest'),
      ],
    );
    expect(stdout).toContain('12 samples of 6 patients, 6 positive');
  });

  test('does not resume with other data, nor with a row of other data', async () => {
    const split = await readFile(at('data/original-ct-split.csv'), 'utf8');
    await writeFile(
      at('data/original-ct-split.csv'),
      `${split.trim().split('\n').slice(0, -1).join('\n')}\n`,
    );
    try {
      await expect(trainer(...command('whole', '--resume'))).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('has other pictures, labels or splits') as string,
      });
    } finally {
      await writeFile(at('data/original-ct-split.csv'), split);
    }
  });

  test('--shard trains its share, and requires the weights that the paper starts from', async () => {
    const { stdout } = await trainer(...command('shard', '--shard', '5/5'));
    expect(stdout.match(/not trained/g)).toHaveLength(4);
    const rows = await readRows(at('shard/rows.jsonl'));
    expect(rows[0]!.row).toBe('jcs-combination');
    await expect(trainer(...command('shard', '--shard', '6/5', '--resume'))).rejects.toMatchObject({
      stderr: expect.stringContaining('Expected --shard i/n with i from 1 to n') as string,
    });
    const without = command('none').filter((flag) => flag !== '--from-scratch');
    await expect(trainer(...without)).rejects.toMatchObject({
      stderr: expect.stringContaining('--from-scratch trains from random weights') as string,
    });
  });
});
