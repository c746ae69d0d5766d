import { CtError } from '@groundglass/core';
import { readFile, stat } from 'node:fs/promises';
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
import { replaceFile } from '../disk/replace-file.js';

/**
 * Writes `groundglass.dataset.json` and `samples.jsonl` to `out`. The images stay where they are: `root` points to them from
 * the manifest. Both files appear whole or not at all.
 */
export async function writeManifest(
  out: string,
  { manifest, samples }: Pick<ImportedDataset, 'manifest' | 'samples'>,
  imagesRoot: string,
): Promise<void> {
  const root = relative(resolve(out), resolve(imagesRoot)).split(sep).join('/');
  const rest = omit(manifest, 'root');
  await replaceFile(join(out, manifest.samples), samplesText(samples));
  await replaceFile(join(out, manifestName), manifestText(root === '' ? rest : { ...rest, root }));
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

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CtError('CT_BAD_DATASET', `Expected a dataset, there is no readable file "${path}"`, {
      cause: error,
    });
  }
}
