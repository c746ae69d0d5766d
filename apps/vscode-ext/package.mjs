import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { webManifest } from './web-manifest.mjs';
import { binaryTarget } from './binary-target.mjs';

/**
 * Makes `dist/groundglass-<target>.vsix` for each platform from the output of `bundle`: the extension, the server, the model, and the
 * native modules of only that platform. `--target` makes one; `host` is the platform that this runs on.
 *
 * ONNX Runtime's package holds the binaries of all platforms; sharp has a package for each, and those of other platforms come from npm
 * in the versions and with the checksums of the lock file.
 */
const root = import.meta.dirname;
const workspace = join(root, '../..');
const installed = join(workspace, 'node_modules');
const bundle = join(root, 'dist/bundle');
/** The path of a PNG in a README: `![text](../../docs/images/x.png)`. */
const picture = /(?<=!\[[^\]]*\]\()([\w/.-]+\.png)(?=\))/;
const targets = ['linux-x64', 'linux-arm64', 'win32-x64', 'darwin-arm64', 'web'];
/** Maximum size of a package, since users wait for its installation. */
const mostBytes = 40_000_000;
const { values } = parseArgs({
  options: { target: { type: 'string', multiple: true, default: targets } },
});
const host = `${process.platform}-${process.arch}`;
const lock = JSON.parse(await readFile(join(workspace, 'package-lock.json'), 'utf8')).packages;

for (const name of values.target) {
  const target = name === 'host' ? host : name;
  if (!targets.includes(target)) {
    throw new Error(`Expected --target host | ${targets.join(' | ')}, got ${name}`);
  }
  const stage = join(root, 'dist/stage', target);
  await rm(stage, { recursive: true, force: true });
  if (target === 'web') await fillWeb(stage);
  else {
    await fill(stage, target);
    await check(stage, target);
  }
  const packagePath = join(root, 'dist', `groundglass-${target}.vsix`);
  await createVSIX({
    ...{ cwd: stage, packagePath, target, dependencies: false },
    // The README embeds its pictures; vsce would require a URL to load them from.
    rewriteRelativeLinks: false,
  });
  const { size } = await stat(packagePath);
  if (size > mostBytes) {
    throw new Error(`${target}: expected at most ${mostBytes} bytes, the package has ${size}`);
  }
}

/**
 * Lays out the extension for browsers as a folder: no server, no model, no native module.
 *
 * @param {string} stage the folder
 */
async function fillWeb(stage) {
  const dist = join(stage, 'dist');
  for (const script of ['web/extension.js', 'webview.js', 'comparison.js']) {
    await cp(join(bundle, script), join(dist, script));
  }
  const code = await readFile(join(dist, 'web/extension.js'), 'utf8');
  for (const [, name = ''] of code.matchAll(/\brequire\("([^"]+)"\)/g)) {
    // The codecs' loaders import the last two when they run in Node.
    if (!['vscode', 'fs', 'path'].includes(name)) {
      throw new Error(`web: expected code that runs in a browser, it asks for ${name}`);
    }
  }
  for (const folder of ['media', 'l10n']) {
    await cp(join(bundle, folder), join(stage, folder), { recursive: true });
  }
  await fillTexts(stage, webManifest(await readManifest()));
  await writeFile(join(stage, 'ThirdPartyNotices.txt'), await notices(join(dist, 'node_modules')));
}

async function readManifest() {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  for (const key of ['nx', 'private', 'dependencies', 'devDependencies']) delete manifest[key];
  return { ...manifest, name: 'groundglass' };
}

/**
 * Writes what every extension has: manifest, README, changelog and licence.
 *
 * @param {string} stage the folder
 * @param {object} manifest
 */
async function fillTexts(stage, manifest) {
  await cp(join(root, 'package.nls.json'), join(stage, 'package.nls.json'));
  await writeFile(join(stage, 'README.md'), await readmeWithPictures());
  await cp(join(root, 'CHANGELOG.md'), join(stage, 'CHANGELOG.md'));
  await cp(join(workspace, 'LICENSE'), join(stage, 'LICENSE'));
  await writeFile(join(stage, 'package.json'), JSON.stringify(manifest, null, 2));
  // The folder holds exactly the needed files.
  await writeFile(join(stage, '.vscodeignore'), '');
}

/**
 * Lays out the extension of one platform as a folder.
 *
 * @param {string} stage the folder
 * @param {string} target such as `linux-x64`
 */
async function fill(stage, target) {
  const dist = join(stage, 'dist');
  const texts = ['media', 'l10n', 'walkthrough', 'sample-dataset'];
  for (const entry of await readdir(bundle)) {
    if (entry === 'packages.json' || entry === 'web') continue;
    const place = texts.includes(entry) ? stage : dist;
    await cp(join(bundle, entry), join(place, entry), { recursive: true });
  }
  await fillTexts(stage, await readManifest());

  const modules = join(dist, 'node_modules');
  const [os, cpu] = target.split('-');
  await take('onnxruntime-node', modules, (path) => {
    if (/^bin\//.test(path)) {
      // On macOS the library exists twice; the binding links to the one with the short name. On Windows the libraries of graphics
      // cards are loaded on demand; the server uses the CPU.
      return (
        path.startsWith(`bin/napi-v6/${os}/${cpu}/`) &&
        !/\.\d+\.\d+\.\d+\.dylib$|\/(DirectML|dxcompiler|dxil)\.dll$/.test(path)
      );
    }
    return /^dist\/.*\.js$/.test(path);
  });
  await take('onnxruntime-common', modules, (path) =>
    /^dist\/cjs\/(.*\.js|package\.json)$/.test(path),
  );
  for (const codec of await readdir(join(installed, '@cornerstonejs'))) {
    const files = await filesOf(join(installed, '@cornerstonejs', codec));
    // A decode-only build, if present, is the one that is loaded.
    const decoders = files.filter((path) => /wasm_decode\.(js|wasm)$/.test(path));
    const needed =
      decoders.length > 0 ? decoders : files.filter((path) => /\.wasm$|js\.js$/.test(path));
    await take(`@cornerstonejs/${codec}`, modules, (path) => needed.includes(path));
  }
  for (const [path, { optional, os: systems, version }] of Object.entries(lock)) {
    const name = path.replace('node_modules/', '');
    if (optional && systems && name.startsWith('@img/sharp-') && name.endsWith(`-${target}`)) {
      await takeSharp(name, version, modules);
    }
  }
  await writeFile(join(stage, 'ThirdPartyNotices.txt'), await notices(modules));
  await takeModels(await modelRepository(), join(dist, 'models'));
}

/** The extension's README with its pictures as data URIs, so that its page shows them without a network. */
async function readmeWithPictures() {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const parts = readme.split(picture);
  for (let i = 1; i < parts.length; i += 2) {
    const bytes = await readFile(join(root, parts[i] ?? ''));
    parts[i] = `data:image/png;base64,${bytes.toString('base64')}`;
  }
  return parts.join('');
}

/**
 * Copies the files of an installed package that `isNeeded` selects, with its manifest and licence.
 *
 * @param {string} name
 * @param {string} modules the `node_modules` to fill
 * @param {(path: string) => boolean} isNeeded
 * @param {string} from
 */
async function take(name, modules, isNeeded, from = join(installed, name)) {
  for (const path of await filesOf(from)) {
    if (path === 'package.json' || /^licen[cs]e/i.test(path) || isNeeded(path)) {
      await cp(join(from, path), join(modules, name, path));
    }
  }
}

/**
 * A platform's sharp package, from this machine or from npm.
 *
 * @param {string} name
 * @param {string} version
 * @param {string} modules the `node_modules` to fill
 */
async function takeSharp(name, version, modules) {
  const isNeeded = (/** @type {string} */ path) =>
    !/\.(md|h|hpp|d\.[cm]?ts)$/.test(path) && !path.startsWith('lib/glib');
  const here = join(installed, name);
  if (await exists(here)) return take(name, modules, isNeeded);
  const cache = join(workspace, '.cache/npm-packages', `${name.replace('/', '-')}-${version}`);
  if (!(await exists(join(cache, 'package/package.json')))) {
    await mkdir(cache, { recursive: true });
    const packed = execFileSync(
      'npm',
      ['pack', `${name}@${version}`, '--json', '--loglevel=error', '--pack-destination', cache],
      { encoding: 'utf8', cwd: workspace, shell: process.platform === 'win32' },
    );
    const file = join(cache, JSON.parse(packed)[0].filename);
    const [algorithm, expected] = lock[`node_modules/${name}`].integrity.split(/-(.*)/s);
    const actual = createHash(algorithm)
      .update(await readFile(file))
      .digest('base64');
    if (actual !== expected)
      throw new Error(`Expected ${name} ${version} with the lock file's checksum`);
    execFileSync('tar', ['-xzf', file, '-C', cache]);
  }
  return take(name, modules, isNeeded, join(cache, 'package'));
}

/**
 * Copies a model repository with the newest version of each model, which a server serves unless its configuration says
 * otherwise.
 *
 * @param {string} from
 * @param {string} to
 */
async function takeModels(from, to) {
  for (const model of await readdir(from)) {
    const entries = await readdir(join(from, model));
    const isVersion = (/** @type {string} */ entry) => /^\d+$/.test(entry);
    const config = await readFile(join(from, model, 'config.pbtxt'), 'utf8');
    const newest = Math.max(...entries.filter(isVersion).map(Number));
    for (const entry of entries) {
      if (isVersion(entry) && Number(entry) !== newest && !config.includes('version_policy'))
        continue;
      await cp(join(from, model, entry), join(to, model, entry), { recursive: true });
    }
  }
}

/** The workspace's model, or the untrained export of its definition, which `npm start` serves. */
async function modelRepository() {
  const script = join(workspace, 'tools/dist/start/model-repository.js');
  const { modelRepository: find } = await import(pathToFileURL(script).href);
  const folder = await find(workspace, join(workspace, '.cache/models'));
  if (folder !== join(workspace, 'models')) {
    console.warn('There is no model in models/: the VSIX carries an untrained one.');
  }
  return folder;
}

/**
 * Name, version and licence of every package whose code ships with the extension.
 *
 * @param {string} modules the `node_modules` of the extension
 */
async function notices(modules) {
  const bundled = JSON.parse(await readFile(join(bundle, 'packages.json'), 'utf8'));
  const beside = ((await exists(modules)) ? await filesOf(modules) : [])
    .filter((path) => path.endsWith('/package.json'))
    .map((path) => join(modules, path, '..'));
  const parts = [];
  for (const folder of [
    ...bundled.map((/** @type {string} */ path) => join(workspace, path)),
    ...beside,
  ]) {
    const { name, version, license } = JSON.parse(
      await readFile(join(folder, 'package.json'), 'utf8'),
    );
    if (!name || !version) continue;
    const file = (await readdir(folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text = file ? await readFile(join(folder, file), 'utf8') : 'See the licence named above.';
    parts.push(`${name} ${version} (${license})\n\n${text.trim()}\n`);
  }
  const rule = `\n${'-'.repeat(80)}\n\n`;
  return `Groundglass carries code of these packages.\n${rule}${parts.sort().join(rule)}`;
}

/**
 * Checks that a folder holds everything that runs, and only binaries of its platform.
 *
 * @param {string} stage the folder
 * @param {string} target such as `linux-x64`
 */
async function check(stage, target) {
  const files = await filesOf(stage);
  const needed = [
    /^dist\/extension\.js$/,
    /^dist\/webview\.js$/,
    /^dist\/gallery\.js$/,
    /^dist\/comparison\.js$/,
    /^sample-dataset\/groundglass\.dataset\.json$/,
    /^dist\/server\/main\/main\.js$/,
    /^dist\/server\/imaging-worker\/codec-child\.js$/,
    /^dist\/server\/inference\/inference-child\.js$/,
    /^dist\/models\/[^/]+\/\d+\/model\.onnx$/,
    /^dist\/models\/[^/]+\/config\.pbtxt$/,
    /\/onnxruntime_binding\.node$/,
    /\/(lib)?onnxruntime(\.so)?[\w.]*\.?(1|dll|dylib)$/,
    /\/@img\/sharp-[\w-]+\/.*sharp.*\.node$/,
    /\/libvips[\w.-]*\.(so|dll|dylib)/,
    /openjphjs\.wasm$/,
    /openjpegwasm_decode\.wasm$/,
    /charlswasm_decode\.wasm$/,
    /libjpegturbowasm_decode\.wasm$/,
  ];
  const missing = needed.filter((pattern) => !files.some((path) => pattern.test(path)));
  if (missing.length > 0) throw new Error(`${target}: expected files like ${missing.join(', ')}`);
  for (const path of files) {
    const found = binaryTarget(await readFile(join(stage, path)));
    if (found !== undefined && found !== target) {
      throw new Error(
        `${target}: expected binaries of this platform alone, ${path} is for ${found}`,
      );
    }
  }
}

/** @param {string} folder */
async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

/** @param {string} path */
function exists(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}
