import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Bundles what pages load as it is: `dist/groundglass-viewer.js`, one module that defines the element, and `dist/playground/`, the
 * server's page. Libraries come from source, so nothing has to be built first.
 */
const root = import.meta.dirname;
const playground = join(root, 'dist/playground');
const shared = {
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  conditions: ['@groundglass/source'],
  minify: true,
  sourcemap: true,
  legalComments: 'eof',
  // Emscripten's builds ask for these when they run in Node, never in a page.
  external: ['fs', 'path'],
  absWorkingDir: root,
  logLevel: 'warning',
};

await rm(playground, { recursive: true, force: true });
await mkdir(playground, { recursive: true });
await Promise.all([
  build({
    ...shared,
    entryPoints: ['src/register.ts'],
    outfile: 'dist/groundglass-viewer.js',
  }),
  build({
    ...shared,
    entryPoints: { playground: 'src/page/main.ts' },
    outdir: 'dist/playground',
    // Codecs load when a file needs them, not with the page.
    splitting: true,
  }),
  cp(join(root, 'src/page/index.html'), join(playground, 'index.html')),
  cp(join(root, 'src/page/page.css'), join(playground, 'page.css')),
]);
