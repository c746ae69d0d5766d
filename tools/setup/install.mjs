import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';

/** The oldest Node.js that every locked dependency runs on. */
const oldestNode = [20, 19, 0];

/**
 * Exits with one clear line if Node.js is too old; npm itself only warns.
 *
 * @param {string} version
 */
export function requireNode(version = process.versions.node) {
  const parts = version.split('.').map(Number);
  const difference = oldestNode.map((part, i) => (parts[i] ?? 0) - part).find((d) => d !== 0) ?? 0;
  if (difference < 0) {
    console.error(
      `Groundglass needs Node.js ${oldestNode.join('.')} or newer, this is ${version}.`,
    );
    process.exit(1);
  }
}

/**
 * Runs `npm ci` if nothing is installed, or the lock file is newer than what npm installed. npm writes
 * `node_modules/.package-lock.json` at the end of each installation. Its output goes to stderr.
 *
 * @param {string} root the workspace's folder
 */
export function ensureInstalled(root) {
  const modified = (/** @type {string} */ path) =>
    statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs;
  const installed = modified('node_modules/.package-lock.json');
  if (installed !== undefined && installed >= (modified('package-lock.json') ?? 0)) return;
  console.error('Installing the locked dependencies …');
  npm(['ci', '--loglevel=error'], root);
}

/**
 * Runs npm: the one that started this process, if there is one.
 *
 * @param {readonly string[]} args
 * @param {string} cwd
 */
function npm(args, cwd) {
  const cli = process.env.npm_execpath;
  const command = cli ? process.execPath : process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(command, cli ? [cli, ...args] : args, {
    cwd,
    stdio: ['ignore', 2, 2],
    shell: !cli && process.platform === 'win32',
  });
}
