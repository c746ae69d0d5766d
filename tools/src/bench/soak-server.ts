import { readdir, readFile } from 'node:fs/promises';
import { spawnServer, testModels } from '../serving/spawn-server.js';

/**
 * Loads and unloads a model over the repository API and yields the memory of the server and its children meanwhile; Linux only,
 * for its /proc.
 */
export async function* soakServer(cycles: number): AsyncGenerator<string> {
  await using server = await spawnServer([
    ...['--models', testModels, '--model-control-mode', 'explicit', '--processes', '1'],
  ]);
  const pid = server.process.pid!;
  const change = async (action: 'load' | 'unload'): Promise<void> => {
    const url = `${server.url}/v2/repository/models/lesion-rule/${action}`;
    const response = await fetch(url, { method: 'POST' });
    if (!response.ok) throw new Error(`Expected ${action} to work, got ${response.status}`);
    await response.arrayBuffer();
  };
  const step = Math.max(1, Math.floor(cycles / 10));
  for (let cycle = 0; cycle <= cycles; cycle++) {
    if (cycle % step === 0) yield `after ${cycle} cycles: ${await residentMib(pid)} MiB resident`;
    await change('unload');
    await change('load');
  }
}

/** Resident memory of a process and its children in MiB. */
async function residentMib(parent: number): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  let bytes = 0;
  for (const pid of pids) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const isOurs = pid === parent || new RegExp(`^PPid:\\s+${parent}$`, 'm').test(status);
    if (isOurs) bytes += 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  }
  return Math.round(bytes / 1024 / 1024);
}
