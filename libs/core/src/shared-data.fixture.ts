import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folder of real CT data: what `GROUNDGLASS_DATA` names, else `../shared/data` beside the workspace. It is never part of
 * the repository; tests that need it are skipped where it is missing, and this line says so.
 */
export const sharedData: string | undefined = [
  process.env.GROUNDGLASS_DATA,
  join(import.meta.dirname, '../../../../shared/data'),
  join(import.meta.dirname, '../../../../../shared/data'),
].find((folder) => folder !== undefined && existsSync(join(folder, 'README.md')));

if (sharedData === undefined) {
  console.warn('Skipped: tests on real CT data. Name its folder in GROUNDGLASS_DATA to run them.');
}
