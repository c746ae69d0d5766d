import type { Stats } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { CtError } from '@groundglass/core';
import { parseModelConfig, type ModelConfig } from './model-config.js';

/** Names of models, and so of folders: no separator, no leading dot, no control character. */
export const modelNamePattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
/** Versions are whole numbers from 1, without leading zeros, as Triton has them. */
const versionPattern = /^[1-9]\d{0,17}$/;

export interface VersionFiles {
  readonly version: string;
  /** Real path of the model file. */
  readonly path: string;
  /** Changes when the file does. */
  readonly fingerprint: string;
}

/** What a model's folder says, before anything is loaded. */
export interface ModelFiles {
  readonly name: string;
  readonly config: ModelConfig;
  readonly labels: readonly string[];
  /** The versions that the version policy chooses, oldest first. */
  readonly versions: readonly VersionFiles[];
  /** Changes when the config, the labels or a chosen version does. */
  readonly fingerprint: string;
}

/** A config or label file larger than this is not one. */
const largestText = 1024 * 1024;

/** The names of the models in the repository, in order. @throws {CtError} `CT_MODEL_NOT_FOUND` when there is no folder. */
export async function listModelNames(root: string): Promise<string[]> {
  const entries = await readdir(root).catch((cause: unknown) => {
    throw new CtError('CT_MODEL_NOT_FOUND', 'Expected a model repository folder that can be read', {
      cause,
    });
  });
  const found = await Promise.all(
    entries
      .filter((name) => modelNamePattern.test(name))
      .map(async (name) => ((await statOrNone(join(root, name)))?.isDirectory() ? [name] : [])),
  );
  return found.flat().sort();
}

/**
 * Reads a model's folder.
 *
 * @throws {CtError} `CT_MODEL_NOT_FOUND` for no such folder, `CT_MODEL_INVALID` for what is wrong inside; symbolic links
 * that lead out of the repository count as wrong.
 */
export async function readModelFiles(root: string, name: string): Promise<ModelFiles> {
  if (!modelNamePattern.test(name)) throw noSuchModel(name);
  const folder = await inside(root, join(root, name)).catch(() => undefined);
  if (folder === undefined || !(await statOrNone(folder))?.isDirectory()) throw noSuchModel(name);
  const configText = await readText(root, join(folder, 'config.pbtxt'));
  const config = parseModelConfig(configText ?? '');
  if (config.name !== undefined && config.name !== '' && config.name !== name) {
    throw new CtError(
      'CT_MODEL_INVALID',
      `config.pbtxt, name: expected the folder's name "${name}", got "${config.name}"`,
    );
  }
  const labelFile = config.output.find((output) => output.label_filename)?.label_filename;
  const labelText = labelFile === undefined ? '' : await readText(root, join(folder, labelFile));
  const present = (await readdir(folder)).filter((entry) => versionPattern.test(entry));
  const versions = await Promise.all(
    chooseVersions(name, config, present).map(async (version) =>
      readVersion(root, folder, version, config.default_model_filename),
    ),
  );
  return {
    name,
    config,
    labels: (labelText ?? '').split(/\r?\n/).filter((label) => label !== ''),
    versions,
    fingerprint: JSON.stringify([configText, labelText, versions.map((file) => file.fingerprint)]),
  };
}

function chooseVersions(name: string, config: ModelConfig, present: string[]): string[] {
  const ascending = present.sort((a, b) => Number(BigInt(a) - BigInt(b)));
  const policy = config.version_policy;
  let chosen: string[];
  if ('specific' in policy) {
    chosen = policy.specific.versions.map(String);
    const missing = chosen.find((version) => !ascending.includes(version));
    if (missing !== undefined) {
      throw new CtError(
        'CT_MODEL_INVALID',
        `Expected version ${missing} of "${name}", found ${ascending.join(', ') || 'none'}`,
      );
    }
  } else {
    chosen = 'latest' in policy ? ascending.slice(-policy.latest.num_versions) : ascending;
  }
  if (chosen.length === 0) {
    throw new CtError('CT_MODEL_INVALID', `Expected a version folder such as "1" in "${name}"`);
  }
  return chosen;
}

async function readVersion(
  root: string,
  folder: string,
  version: string,
  filename: string,
): Promise<VersionFiles> {
  const path = await inside(root, join(folder, version, filename)).catch(() => undefined);
  const stats = path === undefined ? undefined : await statOrNone(path);
  if (path === undefined || !stats?.isFile()) {
    throw new CtError('CT_MODEL_INVALID', `Expected the file ${version}/${filename} in the model`);
  }
  const { size, mtimeMs, ino } = stats;
  return { version, path, fingerprint: `${version} ${size} ${mtimeMs} ${ino}` };
}

/** The real path, where it lies inside the repository. @throws {CtError} `CT_MODEL_INVALID` where it does not. */
async function inside(root: string, path: string): Promise<string> {
  const [realRoot, real] = await Promise.all([realpath(root), realpath(path)]);
  if (real.startsWith(realRoot + sep)) return real;
  throw new CtError(
    'CT_MODEL_INVALID',
    'Expected files inside the model repository, got a link out',
  );
}

async function readText(root: string, path: string): Promise<string | undefined> {
  const stats = await statOrNone(path);
  if (!stats) return undefined;
  // A pipe would be waited for without an end.
  if (!stats.isFile()) {
    throw new CtError('CT_MODEL_INVALID', `Expected ${basename(path)} to be a file`);
  }
  const file = await open(await inside(root, path), 'r');
  try {
    const { size } = await file.stat();
    if (size > largestText) {
      throw new CtError(
        'CT_MODEL_INVALID',
        `Expected a text file of at most 1 MiB, got ${size} bytes`,
      );
    }
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

async function statOrNone(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}

function noSuchModel(name: string): CtError {
  return new CtError(
    'CT_MODEL_NOT_FOUND',
    modelNamePattern.test(name)
      ? `There is no model "${name}"`
      : 'Expected a model name of letters, digits, "_", "-" and "."',
  );
}
