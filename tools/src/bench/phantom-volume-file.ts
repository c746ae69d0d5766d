import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The 512×512×300 phantom as `.nii.gz`, made once (about half a minute) and kept in the cache folder. */
export async function phantomVolumeFile(cache: string): Promise<string> {
  const folder = join(cache, 'phantom-300');
  const file = join(folder, 'phantom.nii.gz');
  if (existsSync(file)) return file;
  console.error('Making a phantom of 512×512×300 …');
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  const cli = join(import.meta.dirname, '../phantom/cli.js');
  const options = [
    '--out',
    part,
    '--format',
    'nifti-gz',
    '--seed',
    '1',
    '--slices',
    '300',
    '--size',
    '512',
  ];
  await run(process.execPath, [cli, ...options, '--name', 'phantom']);
  await rename(part, folder);
  return file;
}
