import type { Stats } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { CtError } from '@groundglass/core';
import { parseJsonModelConfig, parseModelConfig, type ModelConfig } from './model-config.js';

/** Names of models, and so of folders: no separator, no leading dot, no control character. */
export const modelNamePattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
/** Versions are whole numbers from 1, without leading zeros, as Triton has them. */
export const versionPattern = /^[1-9]\d{0,17}$/;

export interface VersionFiles {
  readonly version: string;
  /** Real path of the model file. */
  readonly path: string;
  /** Real path of the 8-bit version, if the folder has one. */
  readonly quantised: string | undefined;
  /** Changes when the file does. */
  readonly fingerprint: string;
}

/** What a model's folder says, before anything is loaded. */
export interface ModelFiles {
  readonly name: string;
  /** Real path of the model's folder. */
  readonly folder: string;
  readonly config: ModelConfig;
  /** Class labels by output name. */
  readonly labels: ReadonlyMap<string, readonly string[]>;
  /** The versions that the version policy chooses, oldest first. */
  readonly versions: readonly VersionFiles[];
  /** Changes when the config, the labels or a chosen version does. */
  readonly fingerprint: string;
}

/** A config or label file larger than this is not one. */
const largestText = 1024 * 1024;

/** A folder of the repository that cannot be a model, whatever is in it. */
export interface OddEntry {
  readonly name: string;
  readonly reason: string;
}

/**
 * The content of the repository, in order: models by name, and folders that look like one and cannot be. Files, and names that start
 * with a dot, are ignored.
 *
 * @throws {CtError} `CT_MODEL_NOT_FOUND` when there is no folder.
 */
export async function listModels(root: string): Promise<{ names: string[]; odd: OddEntry[] }> {
  const entries = await readdir(root).catch((cause: unknown) => {
    throw new CtError('CT_MODEL_NOT_FOUND', 'Expected a model repository folder that can be read', {
      cause,
    });
  });
  const names: string[] = [];
  const odd: OddEntry[] = [];
  for (const name of entries.filter((each) => !each.startsWith('.')).sort()) {
    const stats = await statOrNone(join(root, name));
    if (!stats) odd.push({ name, reason: 'Expected a folder, got a broken link' });
    else if (!stats.isDirectory()) continue;
    else if (modelNamePattern.test(name)) names.push(name);
    else odd.push({ name, reason: nameRule });
  }
  return { names, odd };
}

const nameRule = 'Expected a model name of letters, digits, "_", "-" and "."';

/**
 * Reads a model's folder.
 *
 * @throws {CtError} `CT_MODEL_NOT_FOUND` for no such folder, `CT_MODEL_INVALID` for what is wrong inside; symbolic links
 * that lead out of the repository count as wrong.
 * @param json a configuration in place of `config.pbtxt`.
 */
export async function readModelFiles(
  root: string,
  name: string,
  json?: string,
): Promise<ModelFiles> {
  if (!modelNamePattern.test(name)) throw noSuchModel(name);
  if (!(await statOrNone(join(root, name)))?.isDirectory()) throw noSuchModel(name);
  const folder = await inside(root, join(root, name)).catch((cause: unknown) => {
    const message = `The folder "${name}" is a link out of the model repository: move the model into it`;
    throw new CtError('CT_MODEL_NOT_FOUND', message, { cause });
  });
  const configText = json ?? (await readText(root, join(folder, 'config.pbtxt'))) ?? '';
  const config = json === undefined ? parseModelConfig(configText) : parseJsonModelConfig(json);
  if (config.name !== undefined && config.name !== '' && config.name !== name) {
    throw new CtError(
      'CT_MODEL_INVALID',
      `config.pbtxt, name: expected the folder's name "${name}", got "${config.name}"`,
    );
  }
  const labels = new Map<string, readonly string[]>();
  for (const { name: output, label_filename: file } of config.output) {
    if (file === undefined || file === '') continue;
    const text = await readText(root, join(folder, file));
    if (text === undefined) {
      throw new CtError('CT_MODEL_INVALID', `Expected the label file ${file} of "${output}"`);
    }
    labels.set(
      output,
      text.split(/\r?\n/).filter((label) => label !== ''),
    );
  }
  const present = (await readdir(folder)).filter((entry) => versionPattern.test(entry));
  const versions = await Promise.all(
    chooseVersions(name, config, present).map(async (version) =>
      readVersion(root, folder, version, config.default_model_filename),
    ),
  );
  return {
    name,
    folder,
    config,
    labels,
    versions,
    fingerprint: JSON.stringify([
      configText,
      [...labels.values()],
      versions.map((file) => file.fingerprint),
    ]),
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
  const file = join(folder, version, filename);
  const stats = await statOrNone(file);
  const path = stats?.isFile() ? await inside(root, file) : undefined;
  if (path === undefined || !stats) {
    throw new CtError('CT_MODEL_INVALID', `Expected the file ${version}/${filename} in the model`);
  }
  const beside = file.replace(/\.onnx$/, '.int8.onnx');
  const hasQuantised = beside !== file && (await statOrNone(beside))?.isFile();
  const quantised = hasQuantised ? await inside(root, beside) : undefined;
  const fingerprint = `${version} ${await fingerprintOf(join(folder, version))}`;
  return { version, path, quantised, fingerprint };
}

/** Covers all files of a version: weights may be external. */
async function fingerprintOf(folder: string): Promise<string> {
  const names = (await readdir(folder)).sort();
  const stats = await Promise.all(names.map((name) => statOrNone(join(folder, name))));
  return stats
    .map((each, at) => `${names[at]!} ${each?.size ?? 0} ${each?.mtimeMs ?? 0} ${each?.ino ?? 0}`)
    .join('|');
}

/** The real path. @throws {CtError} `CT_MODEL_INVALID` if it is outside the repository. */
async function inside(root: string, path: string): Promise<string> {
  const [realRoot, real] = await Promise.all([realpath(root), realpath(path)]);
  if (real.startsWith(realRoot + sep)) return real;
  throw new CtError(
    'CT_MODEL_INVALID',
    `Expected files inside the model repository, ${basename(path)} is a link out of it: copy the file, or serve the folder that holds it`,
  );
}

async function readText(root: string, path: string): Promise<string | undefined> {
  const stats = await statOrNone(path);
  if (!stats) return undefined;
  // Opening a pipe would block forever.
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
    modelNamePattern.test(name) ? `There is no model "${name}"` : nameRule,
  );
}
