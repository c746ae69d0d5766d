import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

/**
 * Bundles what the extension runs into `dist/bundle/`: the host's script and the launcher, the webviews as a classic script each, and the
 * model server with its child processes. Native modules and the codecs' binaries stay outside: `package.mjs` puts those of one
 * platform next to the bundle.
 */
const root = import.meta.dirname;
const server = join(root, '../server');
const outdir = join(root, 'dist/bundle');
/** @type {import('esbuild').BuildOptions & { metafile: true }} */
const shared = {
  bundle: true,
  minify: true,
  legalComments: 'none', // The licences of all packages are in ThirdPartyNotices.txt.
  absWorkingDir: root,
  conditions: ['@groundglass/source'],
  logLevel: 'warning',
  metafile: true,
};
/** @type {import('esbuild').BuildOptions & { metafile: true }} */
const forNode = {
  ...shared,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  splitting: true,
  external: ['vscode', '@img/sharp-*', '@cornerstonejs/*', 'onnxruntime-node'],
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
};

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
const results = await Promise.all([
  build({
    ...forNode,
    entryPoints: {
      extension: 'src/extension.ts',
      'server-launcher': 'src/server/server-launcher.ts',
    },
    outdir,
  }),
  build({
    ...forNode,
    // Every file one folder deep: the server finds its children by `../<name>.js`, as in its own build.
    entryPoints: {
      'main/main': join(server, 'src/main.ts'),
      'imaging-worker/codec-child': join(server, 'src/imaging-worker/codec-child.ts'),
      'inference/inference-child': join(server, 'src/inference/inference-child.ts'),
    },
    outdir: join(outdir, 'server'),
    chunkNames: 'main/[name]-[hash]',
    // Callers see class names, in errors and in DICOM's own tables.
    keepNames: true,
  }),
  build({
    ...shared,
    entryPoints: {
      webview: 'src/webview/main.ts',
      comparison: 'src/webview/comparison.ts',
      review: 'src/webview/review.ts',
      gallery: 'src/gallery/webview/main.ts',
    },
    outdir,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    external: ['fs', 'path'],
  }),
  // For VS Code in a browser: no process, no server, no files except through VS Code.
  build({
    ...shared,
    entryPoints: { extension: 'src/web/extension.ts' },
    outdir: join(outdir, 'web'),
    format: 'cjs',
    platform: 'browser',
    target: 'es2022',
    external: ['vscode', 'fs', 'path'],
    alias: { 'node:path': 'path-browserify' },
    plugins: [
      {
        name: 'files-through-vscode',
        setup({ onResolve, resolve: find }) {
          onResolve({ filter: /^@groundglass\/core$/ }, ({ kind, resolveDir }) =>
            find('@groundglass/core/browser', { kind, resolveDir }),
          );
          onResolve({ filter: /\/read-source\.js$/ }, () => ({
            path: join(root, 'src/web/read-source.ts'),
          }));
        },
      },
    ],
  }),
]);
// The server reads its version from its own package.
const { name, version } = JSON.parse(await readFile(join(server, 'package.json'), 'utf8'));
await writeFile(
  join(outdir, 'server/package.json'),
  JSON.stringify({
    ...{ name, version, type: 'module' },
    exports: { './package.json': './package.json' },
  }),
);
await writeFile(
  join(outdir, 'packages.json'),
  JSON.stringify([...new Set(results.flatMap(({ metafile }) => packagesOf(metafile)))].sort()),
);
// The server reads it from two folders above its code.
await cp(join(server, 'proto/model_config.proto'), join(outdir, 'proto/model_config.proto'));
for (const folder of ['media', 'l10n', 'walkthrough', 'sample-dataset']) {
  await cp(join(root, folder), join(outdir, folder), { recursive: true });
}

/**
 * Folders of the packages whose code is in a bundle, relative to the workspace; their licences go with the extension.
 *
 * @param {import('esbuild').Metafile} metafile
 */
function packagesOf({ inputs }) {
  return Object.keys(inputs).flatMap((path) => {
    const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [];
    return folder === undefined ? [] : [relative(join(root, '../..'), resolve(root, folder))];
  });
}
