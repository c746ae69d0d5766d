import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['@groundglass/source', 'node', 'module', 'import', 'default'] },
  ssr: { resolve: { conditions: ['@groundglass/source', 'node', 'module', 'import', 'default'] } },
  test: {
    include: ['src/**/*.test.ts'],
    passWithNoTests: true,
    testTimeout: 120_000,
    reporters: ['default', ['json', { outputFile: 'test-output/vitest.json' }]],
  },
});
