import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['@groundglass/source', 'node', 'module', 'import', 'default'] },
  // Vitest hands these to Node as well, where `import` or `module` would apply to `require` too and break express.
  ssr: { resolve: { conditions: ['@groundglass/source', 'node'] } },
  test: {
    include: ['src/**/*.test.ts'],
    passWithNoTests: true,
    // Modules are loaded once for all files: no test changes what they hold.
    isolate: false,
    testTimeout: 120_000,
    // Hooks start servers, as tests do.
    hookTimeout: 120_000,
    reporters: ['default', ['json', { outputFile: 'test-output/vitest.json' }]],
  },
});
