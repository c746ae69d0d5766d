import type { ViteUserConfig } from 'vitest/config';

/** See vitest.base.mjs. */
export declare function roomTests(root: string, more?: ViteUserConfig): ViteUserConfig;
