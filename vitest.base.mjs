import { availableParallelism } from 'node:os';
import { defineConfig, mergeConfig } from 'vitest/config';

/**
 * The Vitest configuration that all rooms share: libraries are resolved from source, tests have no time limit that a busy machine
 * would reach, and the counts go where `npm test` sums them.
 *
 * @param {string} root the room's folder
 * @param {import('vitest/config').ViteUserConfig} more additional settings of one room
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
        testTimeout: 300_000,
        hookTimeout: 300_000,
        // Many tests wait for a command that they have started: on two cores, running one file at a time would leave a core idle.
        maxWorkers: Math.max(2, availableParallelism() - 1),
        reporters: ['default', ['json', { outputFile: 'test-output/vitest.json' }]],
      },
    }),
    more,
  );
}
