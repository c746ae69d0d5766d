import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['@groundglass/source', 'node'] },
  ssr: { resolve: { conditions: ['@groundglass/source', 'node'] } },
  test: {
    include: ['src/**/*.test.ts'],
    passWithNoTests: true,
    // Modules are loaded once for all files, which takes half the time: no test changes what they hold.
    isolate: false,
    // The last of the rooms to be done: both cores are its own.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', ['json', { outputFile: 'test-output/vitest.json' }]],
  },
});
