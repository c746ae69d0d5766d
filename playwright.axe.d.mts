import type { Page } from '@playwright/test';

/** See playwright.axe.mjs. */
export declare function accessibilityFindings(
  page: Page,
  include?: readonly string[],
): Promise<string[]>;
