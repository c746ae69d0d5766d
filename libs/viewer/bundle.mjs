import { build } from 'esbuild';

/** Bundles `dist/groundglass-viewer.js`, one module that defines the element. Libraries come from source, so nothing has to be built first. */
await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ['src/register.ts'],
  outfile: 'dist/groundglass-viewer.js',
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
  logLevel: 'warning',
});
