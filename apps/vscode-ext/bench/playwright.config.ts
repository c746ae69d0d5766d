import { defineConfig } from '@playwright/test';
import e2e from '../playwright.config.js';

export default defineConfig({
  ...e2e,
  testDir: '.',
  testMatch: '*.bench.ts',
  outputDir: '../test-output/bench',
  timeout: 600_000,
  // Times are taken with nothing else running.
  workers: 1,
  retries: 0,
  reporter: [['line'], ['json', { outputFile: '../test-output/bench.json' }]],
});
