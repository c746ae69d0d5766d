import type { Frame } from '@playwright/test';

/** See playwright.axe.mjs. */
export declare function accessibilityFindings(frame: Frame, selector?: string): Promise<string[]>;
