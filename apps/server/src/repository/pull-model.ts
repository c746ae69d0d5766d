import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, cp, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CtError } from '@groundglass/core';
import { extract } from 'tar';
import { checkModels } from './check-models.js';
import { modelNamePattern, versionPattern } from './read-repository.js';
import { makeFolder } from '@groundglass/dataset/disk';

export interface PullOptions {
  /** An https URL, an `.onnx` file, a `.tar.gz` archive of one model's folder, or such a folder. */
  readonly source: string;
  /** The repository. */
  readonly models: string;
  readonly name?: string | undefined;
  /** Expected checksum of the source, in lower-case hex. Not for a folder. */
  readonly sha256?: string | undefined;
  readonly print?: (line: string) => void;
}

/** Larger than any model that this server can run. */
const largestDownload = 8 * 1024 ** 3;

/**
 * Adds a model to a repository: reads it, compares its checksum, loads it as the server would, and only then moves it into place. An
 * existing model gets a new version and keeps its config. The checksums of a version's files are kept next to them in `SHA256SUMS`, as
 * `sha256sum --check` reads it.
 *
 * @throws {CtError} `CT_UNREACHABLE`, `CT_READ_FAILED`, `CT_CORRUPT` for another checksum, `CT_MODEL_INVALID` for a model that cannot be served.
 */
export async function pullModel(options: PullOptions): Promise<void> {
  const { source, models, print = console.log } = options;
  // In the repository itself, so that the last step is a rename; a server does not look at names with a dot.
  const staging = join(models, `.pull-${randomUUID()}`);
  try {
    await makeFolder(staging);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const message = `Expected --into ${models} to be a folder that can be written, got ${code ?? 'an error'}`;
    throw new CtError('CT_READ_FAILED', message, { cause });
  }
  try {
    const model = await stage(options, staging);
    const folder = join(staging, 'models', model);
    if (await keepConfig(join(models, model), folder)) {
      print(`${model} already exists: its config and labels are kept`);
    }
    const problems: string[] = [];
    const canServe = await checkModels({
      models: join(staging, 'models'),
      json: false,
      print: (line) => problems.push(line),
    });
    if (!canServe) throw new CtError('CT_MODEL_INVALID', problems.join('; '));
    const version = await place(folder, models, model);
    print(`${model} ${version} was added to ${models} from ${basename(source)}`);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Makes `models/NAME` in the staging folder. @returns the name. */
async function stage(options: PullOptions, staging: string): Promise<string> {
  const { source, sha256, print = console.log } = options;
  const isUrl = /^https?:/.test(source);
  const fileName = isUrl ? basename(new URL(source).pathname) : basename(source);
  const local = isUrl ? undefined : await stat(source).catch(() => undefined);
  if (!isUrl && !local)
    throw new CtError('CT_READ_FAILED', `Expected a URL, file or folder, found no ${fileName}`);
  if (local?.isDirectory()) {
    if (sha256 !== undefined) {
      throw new CtError('CT_BAD_REQUEST', 'Expected --sha256 with a file or URL, got a folder');
    }
    const name = chooseName(options.name ?? fileName);
    await cp(source, join(staging, 'models', name), { recursive: true, dereference: true });
    return name;
  }
  const file = join(staging, 'download');
  const found = await copyHashed(await openSource(source, isUrl), file);
  if (sha256 !== undefined && found !== sha256) {
    throw new CtError(
      'CT_CORRUPT',
      `Expected the SHA-256 ${sha256}, got ${found}: nothing was added`,
    );
  }
  print(
    `SHA-256 ${found}${sha256 === undefined ? ', not verified: pass --sha256 to verify it' : ', as expected'}`,
  );
  const stem = fileName.replace(/\.(onnx|tar\.gz|tgz|tar)$/i, '');
  if (/\.(tar\.gz|tgz|tar)$/i.test(fileName)) {
    return unpack(file, staging, options.name ?? stem);
  }
  const name = chooseName(options.name ?? stem);
  const version = join(staging, 'models', name, '1');
  await makeFolder(version);
  await rename(file, join(version, 'model.onnx'));
  return name;
}

/** An archive holds a model's folder, or its content. */
async function unpack(file: string, staging: string, wanted: string): Promise<string> {
  const unpacked = join(staging, 'unpacked');
  await mkdir(unpacked);
  try {
    // Links could lead out of the folder; `tar` itself refuses absolute paths and `..`.
    await extract({
      file,
      cwd: unpacked,
      strict: true,
      filter: (_path, entry) => !('type' in entry) || !entry.type.endsWith('Link'),
    });
  } catch (cause) {
    throw new CtError('CT_CORRUPT', 'Expected an archive that tar can read', { cause });
  }
  const entries = await readdir(unpacked);
  const isModel = entries.some((entry) => versionPattern.test(entry));
  const [only] = entries;
  if (!isModel && (entries.length !== 1 || only === undefined)) {
    throw new CtError(
      'CT_MODEL_INVALID',
      `Expected an archive of one model's folder, got ${entries.slice(0, 5).join(', ') || 'an empty one'}`,
    );
  }
  const name = chooseName(isModel ? wanted : (only ?? wanted));
  const folder = join(staging, 'models', name);
  await mkdir(join(staging, 'models'));
  await rename(isModel ? unpacked : join(unpacked, only!), folder);
  return name;
}

async function openSource(source: string, isUrl: boolean): Promise<Readable> {
  if (!isUrl) return createReadStream(source);
  const { protocol, hostname } = new URL(source);
  if (protocol !== 'https:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname)) {
    throw new CtError(
      'CT_BAD_REQUEST',
      'Expected an https URL: over http anybody could change the model',
    );
  }
  const response = await fetch(source).catch((cause: unknown) => {
    throw new CtError('CT_UNREACHABLE', `Expected an answer from ${hostname}, got none`, { cause });
  });
  if (!response.ok || !response.body) {
    throw new CtError(
      'CT_UNREACHABLE',
      `Expected the model from ${hostname}, got status ${response.status}`,
    );
  }
  return Readable.fromWeb(response.body);
}

async function copyHashed(stream: Readable, path: string): Promise<string> {
  const hash = createHash('sha256');
  let length = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      length += chunk.length;
      hash.update(chunk);
      done(length > largestDownload ? new Error('too large') : null, chunk);
    },
  });
  try {
    await pipeline(stream, counter, createWriteStream(path, { flags: 'wx', mode: 0o644 }));
  } catch (cause) {
    throw new CtError(
      'CT_READ_FAILED',
      `Expected to read the model to its end, got ${length} bytes`,
      { cause },
    );
  }
  return hash.digest('hex');
}

function chooseName(wanted: string): string {
  if (modelNamePattern.test(wanted)) return wanted;
  throw new CtError(
    'CT_BAD_REQUEST',
    `Expected a name of letters, digits, "_", "-" and ".", got ${JSON.stringify(wanted.slice(0, 80))}: give one with --name`,
  );
}

/**
 * Copies the config and labels of an existing model, since the new version will be served with them and must be checked with
 * them. @returns whether there is such a model.
 */
async function keepConfig(target: string, staged: string): Promise<boolean> {
  const present = await readdir(target, { withFileTypes: true }).catch(() => undefined);
  if (!present) return false;
  for (const entry of await readdir(staged, { withFileTypes: true })) {
    if (entry.isFile()) await rm(join(staged, entry.name));
  }
  for (const entry of present) {
    if (entry.isFile()) await copyFile(join(target, entry.name), join(staged, entry.name));
  }
  return true;
}

/** Writes the checksums of all files of a version. */
async function writeSums(version: string): Promise<void> {
  const sums = 'SHA256SUMS';
  const lines: string[] = [];
  const entries = await readdir(version, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(version, path).split(sep).join('/');
    if (name === sums) continue;
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    lines.push(`${hash.digest('hex')}  ${name}\n`);
  }
  await writeFile(join(version, sums), lines.sort().join(''));
}

/** Moves the new model into place, or adds it as the newest version of an existing one. @returns the version. */
async function place(folder: string, models: string, name: string): Promise<string> {
  const target = join(models, name);
  const versions = await versionsOf(folder);
  for (const version of versions) await writeSums(join(folder, version));
  const newest = versions.at(-1)!;
  const present = await versionsOf(target).catch(() => undefined);
  if (!present) {
    await rename(folder, target);
    return newest;
  }
  const version = String(BigInt(present.at(-1) ?? '0') + 1n);
  await rename(join(folder, newest), join(target, version));
  return version;
}

/** Oldest first. */
async function versionsOf(folder: string): Promise<string[]> {
  const versions = (await readdir(folder)).filter((entry) => versionPattern.test(entry));
  return versions.sort((a, b) => Number(BigInt(a) - BigInt(b)));
}
