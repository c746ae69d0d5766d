import { build } from 'esbuild';

/** Bundles `dist/groundglass-viewer.js` and `dist/groundglass-gallery.js`, each a module that defines its element. Libraries come from source, so nothing has to be built first. */
await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: {
    'groundglass-viewer': 'src/register.ts',
    'groundglass-gallery': 'src/gallery/register.ts',
  },
  outdir: 'dist',
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
