import { defineConfig } from '@playwright/test';

/**
 * The Playwright configuration that all rooms share: one page at a time, unless a room says otherwise, in the Chromium that `npm test`
 * found, without telemetry, and with the counts where `npm test` sums them.
 *
 * @param {import('@playwright/test').PlaywrightTestConfig} own additional settings of one room
 * @param {readonly string[]} flags further flags of Chromium
 */
export function browserTests({ use, ...own }, flags = []) {
  return defineConfig({
    testDir: 'e2e',
    outputDir: 'test-output/playwright',
    workers: 1,
    // The editor and the browser are not ours: retry once. `npm test` names what passed only at the second try.
    retries: 1,
    timeout: 120_000,
    // A busy machine may take longer than Playwright's five seconds.
    expect: { timeout: 30_000 },
    reporter: [['list'], ['json', { outputFile: 'test-output/playwright.json' }]],
    ...own,
    use: {
      ...use,
      launchOptions: {
        executablePath: process.env.GROUNDGLASS_CHROMIUM ?? '/usr/bin/chromium',
        args: [
          '--no-sandbox',
          '--disable-quic',
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
          ...flags,
        ],
      },
    },
  });
}

/** WebGL2 without a graphics card, on SwiftShader. */
export const softwareWebGl = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
