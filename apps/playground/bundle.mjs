import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles the server's page into `dist/`. Libraries come from source, so nothing has to be built first. */
const root = import.meta.dirname;
const out = join(root, 'dist');

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await Promise.all([
  build({
    absWorkingDir: root,
    entryPoints: { playground: 'src/main.ts' },
    outdir: out,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@groundglass/source'],
    minify: true,
    sourcemap: true,
    legalComments: 'eof',
    // Emscripten builds need these only in Node, never in a page.
    external: ['fs', 'path'],
    // A codec loads when a file needs it, not with the page.
    splitting: true,
    logLevel: 'warning',
  }),
  cp(join(root, 'src/index.html'), join(out, 'index.html')),
  cp(join(root, 'src/page.css'), join(out, 'page.css')),
]);
