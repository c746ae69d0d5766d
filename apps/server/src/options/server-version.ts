import { createRequire } from 'node:module';

const { version } = createRequire(import.meta.url)('@groundglass/server/package.json') as {
  version: string;
};

/** The version of this package. */
export const serverVersion: string = version;
