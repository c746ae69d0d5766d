import { defineConfig, mergeConfig } from 'vitest/config';

/**
 * The Vitest configuration that all rooms share: libraries are resolved from source, tests have no time limit that a busy machine
 * would reach, and the counts go where `npm test` sums them.
 *
 * @param {string} root the room's folder
 * @param {import('vitest/config').ViteUserConfig} more what one room needs besides
 */
export function roomTests(root, more = {}) {
  const resolve = { conditions: ['@groundglass/source', 'node'] };
  return mergeConfig(
    defineConfig({
      root,
      resolve,
      ssr: { resolve },
      test: {
        include: ['src/**/*.test.ts'],
        testTimeout: 120_000,
        hookTimeout: 120_000,
        reporters: ['default', ['json', { outputFile: 'test-output/vitest.json' }]],
      },
    }),
    more,
  );
}
