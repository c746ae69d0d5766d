import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';

/**
 * Makes `dist/groundglass-<target>.vsix` from what `bundle` and the builds of the server left: the extension, the server with its
 * dependencies, the model, and the native modules of one platform alone.
 */
const root = import.meta.dirname;
const workspace = join(root, '../..');
const targets = {
  'linux-x64': { os: 'linux', cpu: 'x64' },
  'linux-arm64': { os: 'linux', cpu: 'arm64' },
  'win32-x64': { os: 'win32', cpu: 'x64' },
  'darwin-arm64': { os: 'darwin', cpu: 'arm64' },
};
const { values } = parseArgs({
  options: { target: { type: 'string', default: `${process.platform}-${process.arch}` } },
});
const platform = targets[values.target];
if (!platform) {
  throw new Error(`Expected --target ${Object.keys(targets).join(' | ')}, got ${values.target}`);
}

const stage = join(root, 'dist/stage', values.target);
const modules = join(stage, 'dist/node_modules');
await rm(stage, { recursive: true, force: true });
await mkdir(join(stage, 'dist'), { recursive: true });

const bundle = join(root, 'dist/bundle');
await cp(bundle, join(stage, 'dist'), {
  recursive: true,
  filter: (path) =>
    !path.endsWith('.map') && !['media', 'l10n', 'walkthrough'].includes(basename(path)),
});
for (const folder of ['media', 'l10n', 'walkthrough']) {
  await cp(join(bundle, folder), join(stage, folder), { recursive: true });
}
for (const file of ['README.md', 'package.nls.json']) await cp(join(root, file), join(stage, file));
await cp(join(workspace, 'LICENSE'), join(stage, 'LICENSE'));
await writeFile(join(stage, 'package.json'), JSON.stringify(await manifest(), null, 2));

const copied = new Set();
for (const name of ['@groundglass/server', 'sharp', ...(await codecs())])
  await copyPackage(name, root);
const models = join(workspace, 'models');
if (await exists(models)) await cp(models, join(stage, 'dist/models'), { recursive: true });
else console.warn('There is no models/ folder: this VSIX has no model of its own.');

const vsix = join(root, 'dist', `groundglass-${values.target}.vsix`);
await createVSIX({ cwd: stage, packagePath: vsix, target: values.target, dependencies: false });

/** The manifest without what belongs to the workspace. */
async function manifest() {
  const own = await readJson(root);
  for (const key of ['nx', 'private', 'dependencies', 'devDependencies']) delete own[key];
  return { ...own, name: 'groundglass' };
}

/** The codecs that the extension host loads by name. */
async function codecs() {
  const { dependencies } = await readJson(join(workspace, 'libs/core'));
  return Object.keys(dependencies).filter((name) => name.startsWith('@cornerstonejs/'));
}

/** Copies a package as `from` would find it, and what it depends on. */
async function copyPackage(name, from, optional = false) {
  const folder = (await find(name, from)) ?? (optional ? undefined : await fail(name, from));
  if (folder === undefined) return;
  const real = await realpath(folder);
  const own = !real.includes(`${sep}node_modules${sep}`);
  // A package that is nested keeps its place; those of this workspace lie beside the others.
  const place = own ? name : await placeOf(folder);
  if (copied.has(place)) return;
  copied.add(place);
  const { dependencies = {}, optionalDependencies = {} } = await readJson(real);
  await cp(real, join(modules, place), {
    recursive: true,
    filter: (path) => isNeeded(relative(real, path), { name, own }),
  });
  for (const dependency of Object.keys(dependencies)) {
    await copyPackage(dependency, real, dependency in optionalDependencies);
  }
  for (const dependency of Object.keys(optionalDependencies)) {
    await copyNative(dependency, real, optionalDependencies[dependency]);
  }
}

/** Where a package goes: as in the workspace's `node_modules`, or nested in one of the workspace's own packages. */
async function placeOf(folder) {
  const shared = relative(join(workspace, 'node_modules'), folder);
  if (!shared.startsWith('..')) return shared;
  const at = folder.indexOf(`${sep}node_modules${sep}`);
  const { name } = await readJson(folder.slice(0, at));
  return join(name, folder.slice(at + 1));
}

function isNeeded(path, { name, own }) {
  if (path === '') return true;
  const parts = path.split(sep);
  if (parts[0] === 'node_modules' || /\.(map|md|markdown|tsbuildinfo|d\.[cm]?ts|ts)$/.test(path)) {
    return false;
  }
  if (own) return ['dist', 'bin', 'proto', 'package.json'].includes(parts[0]);
  if (name === 'onnxruntime-node' && parts[0] === 'bin' && parts.length > 2) {
    return parts[2] === platform.os && (parts.length < 4 || parts[3] === platform.cpu);
  }
  return !['test', 'tests', 'docs', 'example', 'examples', 'benchmark'].includes(parts[0]);
}

/** Copies an optional package that is made for the target; from the registry where this machine has another platform's. */
async function copyNative(name, from, version) {
  if (!isForTarget(name)) return;
  const folder = await find(name, from);
  if (folder) return copyPackage(name, from, true);
  const cache = join(root, 'dist/stage/packages');
  await mkdir(cache, { recursive: true });
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', `${name}@${version}`, '--json', '--pack-destination', cache], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  const place = join(modules, name);
  await mkdir(place, { recursive: true });
  execFileSync('tar', ['-xzf', join(cache, filename), '--strip-components=1', '-C', place]);
  const { optionalDependencies = {} } = await readJson(place);
  for (const dependency of Object.keys(optionalDependencies)) {
    await copyNative(dependency, place, optionalDependencies[dependency]);
  }
}

/** Whether a platform's package, such as `@img/sharp-linux-x64`, is the target's; packages for all platforms are left to `find`. */
function isForTarget(name) {
  const { os, cpu } = platform;
  return name.endsWith(`-${os}-${cpu}`);
}

async function find(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (await exists(candidate)) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

function fail(name, from) {
  throw new Error(`Expected ${name} for ${basename(from)}: run npm ci`);
}

async function readJson(folder) {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
}

function exists(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}
