import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';

/** The command. */
export const cli = join(import.meta.dirname, '../../bin/groundglass-trainer.mjs');

const run = promisify(execFile);

/** Runs the command. @throws an error with `code`, `stdout` and `stderr` if it fails. */
export function trainer(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return run(process.execPath, [cli, ...args]);
}

/**
 * Writes a dataset of 64×64 pictures into `root`: waves of grey; those of covid have a bright disc, which is their mask. 16 train, 8
 * validate.
 *
 * @returns the dataset's folder.
 */
export async function writeDiscs(root: string): Promise<string> {
  const size = 64;
  await mkdir(join(root, 'images'));
  const rows = ['path,label,split,patient,mask'];
  for (let n = 0; n < 24; n++) {
    const covid = n % 2 === 1;
    const [cx, cy] = [20 + ((n * 7) % 24), 20 + ((n * 11) % 24)];
    const grey = new Uint8Array(size * size);
    const mask = new Uint8Array(size * size);
    for (let i = 0; i < grey.length; i++) {
      const [x, y] = [i % size, Math.floor(i / size)];
      const inside = covid && (x - cx) ** 2 + (y - cy) ** 2 < 90;
      grey[i] = 90 + 25 * Math.sin(x * 0.3 + n) + (inside ? 100 : 0);
      mask[i] = inside ? 255 : 0;
    }
    const write = (name: string, data: Uint8Array) =>
      sharp(data, { raw: { width: size, height: size, channels: 1 } })
        .png()
        .toFile(join(root, 'images', name));
    await write(`${n}.png`, grey);
    await write(`${n}.mask.png`, mask);
    rows.push(
      `images/${n}.png,${covid ? 'covid' : 'non-covid'},${n < 16 ? 'train' : 'val'},p${n},images/${n}.mask.png`,
    );
  }
  await writeFile(join(root, 'table.csv'), `${rows.join('\n')}\n`);
  const data = join(root, 'data');
  await trainer('dataset', 'import', 'csv', join(root, 'table.csv'), '--out', data);
  return data;
}
