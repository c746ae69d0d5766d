import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium } from './setup/chromium.mjs';
import { ensureInstalled, requireNode } from './setup/install.mjs';
import { nx } from './setup/nx.mjs';

/**
 * `node tools/run.mjs COMMAND …`: installs what is missing, builds what changed and runs `tools/src/COMMAND/cli.ts`.
 * `npm start`, `npm run bench`, `npm run coverage`, `npm run fuzz`, `npm run phantom` and `npm run screenshots` are this script.
 */
const root = join(import.meta.dirname, '..');
const [command = '', ...args] = process.argv.slice(2);

requireNode();
ensureInstalled(root);
const built = nx(root, ['run', 'tools:build'], { quiet: true });
if (built !== 0) process.exit(built);

const script = join(root, 'tools', 'dist', command, 'cli.js');
if (!/^[a-z]+$/.test(command) || !existsSync(script)) {
  console.error(
    `Expected a command of tools/src (start, bench, coverage, fuzz, phantom, screenshots), got "${command}"`,
  );
  process.exit(2);
}
const chromium = findChromium();
// Paths on the command line are relative to the current folder, not to the workspace.
const cwd = process.env.INIT_CWD ?? process.cwd();
const child = spawn(process.execPath, ['--enable-source-maps', script, ...args], {
  cwd,
  stdio: 'inherit',
  env: {
    ...process.env,
    // Where commands that drive a browser find it.
    ...(chromium && { GROUNDGLASS_CHROMIUM: chromium }),
    // ONNX Runtime would send telemetry.
    ORT_DISABLE_TELEMETRY: '1',
  },
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => child.kill(signal));
}
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
