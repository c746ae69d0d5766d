import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles the extension's scripts into `dist/bundle/`: host and launcher for Node, the webview as one classic script. */
const root = import.meta.dirname;
const outdir = join(root, 'dist/bundle');
const shared = {
  bundle: true,
  minify: true,
  sourcemap: true,
  legalComments: 'linked',
  absWorkingDir: root,
  conditions: ['@groundglass/source'],
  logLevel: 'warning',
};

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
await Promise.all([
  build({
    ...shared,
    entryPoints: {
      extension: 'src/extension.ts',
      'server-launcher': 'src/server/server-launcher.ts',
    },
    outdir,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Decoders are loaded with the first image, so that activation stays short.
    splitting: true,
    // Native modules and the codecs' binaries are found beside the bundle, where the server has them too.
    external: ['vscode', 'sharp', '@cornerstonejs/*'],
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
  }),
  build({
    ...shared,
    entryPoints: { webview: 'src/webview/main.ts' },
    outdir,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    external: ['fs', 'path'],
  }),
]);
for (const folder of ['media', 'l10n', 'walkthrough']) {
  await cp(join(root, folder), join(outdir, folder), { recursive: true });
}
