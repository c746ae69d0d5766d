import { build } from 'esbuild';

/** Bundles `dist/groundglass-viewer.js` and `dist/groundglass-gallery.js`, each a module that defines its element, from the libraries' source. */
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
  // Emscripten's builds import these in Node, never in a page.
  external: ['fs', 'path'],
  logLevel: 'warning',
});
