import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The daemon is off: it would outlive the command, and a cold start costs about a second. */
export const nxEnvironment = { NX_DAEMON: 'false', NX_TUI: 'false', NX_NO_CLOUD: 'true' };

/**
 * Nx's command, a file for Node.js.
 *
 * @param {string} root the workspace's folder
 */
export function nxScript(root) {
  return createRequire(join(root, 'package.json')).resolve('nx/bin/nx.js');
}

/**
 * Runs Nx and returns its exit code. Its output goes to stderr, so that stdout stays free for what a command prints.
 *
 * @param {string} root the workspace's folder
 * @param {readonly string[]} args
 * @param {{ quiet?: boolean }} options quiet prints only what a failed run printed
 */
export function nx(root, args, { quiet = false } = {}) {
  const result = spawnSync(process.execPath, [nxScript(root), ...args], {
    cwd: root,
    stdio: ['ignore', quiet ? 'pipe' : 2, quiet ? 'pipe' : 2],
    maxBuffer: 256 * 1024 * 1024,
    env: { ...nxEnvironment, ...process.env },
  });
  if (quiet && result.status !== 0) {
    process.stderr.write(result.stdout);
    process.stderr.write(result.stderr);
  }
  return result.status ?? 1;
}
