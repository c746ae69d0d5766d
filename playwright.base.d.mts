import type { PlaywrightTestConfig } from '@playwright/test';

/** See playwright.base.mjs. */
export declare function browserTests(
  own: PlaywrightTestConfig,
  flags?: readonly string[],
): PlaywrightTestConfig;

/** See playwright.base.mjs. */
export declare const softwareWebGl: readonly string[];
