import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The process of the bundled server that serves a workbench; undefined where none runs. */
export function serverProcess(folder: string): number | undefined {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      // The extensions folder of this test's code-server, beside the folder of samples.
      if (command.includes(join(folder, '../ext')) && command.includes('server-launcher'))
        return Number(pid);
    } catch {
      // Ended between the listing and the look.
    }
  }
  return undefined;
}
