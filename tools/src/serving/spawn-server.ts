import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The built server as a separate process, as users run it. */
export interface SpawnedServer extends AsyncDisposable {
  readonly url: string;
  readonly process: ChildProcess;
  /** Whether the process has ended, which no request may cause. */
  readonly ended: boolean;
}

const workspaceRoot = join(import.meta.dirname, '../../..');

/** The models of the server's own tests: a rule with weights a hand can follow, an echo and a busy loop. */
export const testModels = join(workspaceRoot, 'apps/server/fixtures/models');

/** Starts `groundglass-server` on free ports and settles when it answers. @throws {Error} when it ends before. */
export async function spawnServer(args: readonly string[]): Promise<SpawnedServer> {
  const scratch = await mkdtemp(join(tmpdir(), 'groundglass-tools-'));
  const child = spawn(
    process.execPath,
    [
      join(workspaceRoot, 'apps/server/bin/groundglass-server.mjs'),
      ...['--port', '0', '--grpc-port', 'off', '--log-level', 'error'],
      ...['--cache-dir', join(scratch, 'cache'), '--spool-dir', scratch],
      ...['--jobs-dir', join(scratch, 'jobs')],
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const address = /answers at (\S+)[\s\S]*Models:/.exec(output)?.[1];
      if (address !== undefined) resolve(address);
    });
    void exited.then(() => {
      reject(new Error('The server ended before it answered'));
    });
  });
  return {
    url,
    process: child,
    get ended() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await exited;
      await rm(scratch, { recursive: true, force: true });
    },
  };
}
