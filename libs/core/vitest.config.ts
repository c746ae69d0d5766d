import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['@groundglass/source', 'node'] },
  ssr: { resolve: { conditions: ['@groundglass/source', 'node'] } },
  test: {
    include: ['src/**/*.test.ts'],
    passWithNoTests: true,
    // Modules are loaded once for all files: no test changes what they hold.
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', ['json', { outputFile: 'test-output/vitest.json' }]],
  },
});
