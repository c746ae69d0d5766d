import {
  CtError,
  datasetManifestSchema,
  datasetSampleSchema,
  type DatasetManifest,
  type DatasetSample,
} from '@groundglass/core';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { ImportedDataset, ImportProblem } from '../import/import-report.js';

/** The manifest's file name. */
export const manifestName = 'groundglass.dataset.json';

/** A dataset as read from its manifest. */
export interface Dataset {
  readonly manifest: DatasetManifest;
  /** Absolute folder that the samples' paths start from. */
  readonly root: string;
  readonly samples: readonly DatasetSample[];
  /** Rows that could not be used. */
  readonly problems: readonly ImportProblem[];
}

/**
 * Writes `groundglass.dataset.json` and `samples.jsonl` to `out`. The images stay where they are: `root` points to them from
 * the manifest. Both files appear whole or not at all.
 */
export async function writeManifest(
  out: string,
  imported: ImportedDataset,
  imagesRoot: string,
): Promise<void> {
  await mkdir(out, { recursive: true });
  const root = relative(resolve(out), resolve(imagesRoot)).split(sep).join('/');
  const manifest: DatasetManifest =
    root === '' ? imported.manifest : { ...imported.manifest, root };
  const lines = imported.samples.map((sample) => `${JSON.stringify(sample)}\n`).join('');
  await writeWhole(join(out, manifest.samples), lines);
  await writeWhole(join(out, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/**
 * Reads a dataset from its manifest, or from the folder that holds one.
 *
 * @throws {CtError} `CT_BAD_DATASET` when the manifest is missing or wrong; bad rows of `samples.jsonl` are `problems`.
 */
export async function readManifest(path: string): Promise<Dataset> {
  const info = await stat(path).catch(() => undefined);
  const file = info?.isDirectory() ? join(path, manifestName) : path;
  const parsed = datasetManifestSchema.safeParse(parseJson(await readText(file), manifestName));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new CtError(
      'CT_BAD_DATASET',
      `Expected a Groundglass dataset in ${manifestName}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
    );
  }
  const manifest = parsed.data;
  const folder = dirname(resolve(file));
  const root = manifest.root ?? '.';
  const samples: DatasetSample[] = [];
  const problems: ImportProblem[] = [];
  const lines = (await readText(join(folder, manifest.samples))).split('\n');
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const place = { file: manifest.samples, row: i + 1 };
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      problems.push({ ...place, message: 'Expected one JSON object on the line' });
      continue;
    }
    const sample = datasetSampleSchema.safeParse(json);
    if (sample.success) samples.push(sample.data);
    else {
      for (const issue of sample.error.issues) {
        problems.push({ ...place, message: `${issue.path.join('.')}: ${issue.message}` });
      }
    }
  }
  return { manifest, root: isAbsolute(root) ? root : resolve(folder, root), samples, problems };
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

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CtError('CT_BAD_DATASET', `Expected JSON in ${name}`, { cause: error });
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}
