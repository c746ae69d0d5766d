import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The oldest Node.js that every locked dependency runs on. */
const oldestNode = [20, 19, 0];

/**
 * Ends the process with one clear line where Node.js is too old; npm itself only warns.
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
 * Names what keeps the installed packages from being the locked ones, or returns undefined when they agree.
 *
 * npm writes what it installed into `node_modules/.package-lock.json`; a package of the lock file that is missing there
 * or has another version makes the installation stale. Optional packages are left out: they differ by platform.
 */
export function staleReason(root) {
  const installedFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return 'nothing is installed';
  const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  for (const [path, entry] of Object.entries(locked)) {
    if (!path.includes('node_modules/') || entry.optional || entry.devOptional || entry.peer)
      continue;
    const found = installed[path];
    if (!found) return `${path} is missing`;
    if (found.version !== entry.version || Boolean(found.link) !== Boolean(entry.link)) {
      return `${path} is ${found.version ?? 'another kind'}, the lock file says ${entry.version ?? 'a link'}`;
    }
    if (!existsSync(join(root, path))) return `${path} is gone`;
  }
  return undefined;
}

/** Installs the locked dependencies where they are missing or stale; npm's output goes to stderr. */
export function ensureInstalled(root) {
  const reason = staleReason(root);
  if (reason === undefined) return;
  console.error(`Installing the locked dependencies (${reason}) …`);
  npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], root);
}

/** Runs npm with the npm that started us, so that no PATH is needed. */
export function npm(args, cwd) {
  const cli = process.env.npm_execpath;
  const command = cli ? process.execPath : process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(command, cli ? [cli, ...args] : args, {
    cwd,
    stdio: ['ignore', 2, 2],
    shell: !cli && process.platform === 'win32',
    env: {
      ...process.env,
      // The install step of onnxruntime-node downloads CUDA libraries unless told otherwise; see .npmrc.
      ONNXRUNTIME_NODE_INSTALL: process.env.ONNXRUNTIME_NODE_INSTALL ?? 'skip',
    },
  });
}
