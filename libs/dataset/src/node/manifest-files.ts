import { CtError } from '@groundglass/core';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { ImportedDataset } from '../import/import-report.js';
import { omit } from '../text/omit.js';
import { manifestName, type Dataset } from '../manifest/dataset.js';
import {
  manifestText,
  parseManifest,
  parseSamples,
  samplesText,
} from '../manifest/parse-manifest.js';

/**
 * Writes `groundglass.dataset.json` and `samples.jsonl` to `out`. The images stay where they are: `root` points to them from
 * the manifest. Both files appear whole or not at all.
 */
export async function writeManifest(
  out: string,
  { manifest, samples }: Pick<ImportedDataset, 'manifest' | 'samples'>,
  imagesRoot: string,
): Promise<void> {
  await mkdir(out, { recursive: true });
  const root = relative(resolve(out), resolve(imagesRoot)).split(sep).join('/');
  const rest = omit(manifest, 'root');
  await writeWhole(join(out, manifest.samples), samplesText(samples));
  await writeWhole(join(out, manifestName), manifestText(root === '' ? rest : { ...rest, root }));
}

/**
 * Reads a dataset from its manifest, or from the folder that holds one.
 *
 * @throws {CtError} `CT_BAD_DATASET` when the manifest is missing or wrong; bad rows of `samples.jsonl` are `problems`.
 */
export async function readManifest(path: string): Promise<Dataset> {
  const info = await stat(path).catch(() => undefined);
  const file = info?.isDirectory() ? join(path, manifestName) : path;
  const manifest = parseManifest(await readText(file));
  const folder = dirname(resolve(file));
  const root = manifest.root ?? '.';
  return {
    manifest,
    root: isAbsolute(root) ? root : resolve(folder, root),
    ...parseSamples(await readText(join(folder, manifest.samples)), manifest),
  };
}

/** Writes a whole file beside its name and renames it: a kill leaves the old file or the new one. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const part = `${path}.part`;
  const handle = await open(part, 'w');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, path);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CtError('CT_BAD_DATASET', `Expected a dataset, there is no readable file "${path}"`, {
      cause: error,
    });
  }
}
