import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folder of real CT data: `GROUNDGLASS_DATA` if set, else `../shared/data` next to the workspace. It is never part of
 * the repository; tests that need it are skipped if it is missing, with this message.
 */
export const sharedData: string | undefined = [
  process.env.GROUNDGLASS_DATA,
  join(import.meta.dirname, '../../../../shared/data'),
  join(import.meta.dirname, '../../../../../shared/data'),
].find((folder) => folder !== undefined && existsSync(join(folder, 'README.md')));

if (sharedData === undefined) {
  console.warn('Skipped: tests on real CT data. Name its folder in GROUNDGLASS_DATA to run them.');
}
