import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './setup/chromium.mjs';
import { ensureInstalled, requireNode } from './setup/install.mjs';
import { nx, nxEnvironment } from './setup/nx.mjs';
import { readCounts, sumCounts, total } from './setup/test-counts.mjs';

/**
 * `npm test`: installs what is missing, then runs every check and test of the workspace, browser tests included, and
 * ends with the line `N passed, M failed, K skipped`. Formatting, unused code, lint and types count as one check each.
 */
const root = join(import.meta.dirname, '..');
requireNode();
ensureInstalled(root);
const chromium = ensureChromium();
if (chromium) process.env.GROUNDGLASS_CHROMIUM = chromium;

const projects = ['libs', 'apps']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${folder}/${entry.name}`),
  )
  .concat('tools');
// Reports of an earlier run must not be counted; Nx brings back those of cached tasks.
for (const project of projects) {
  rmSync(join(root, project, 'test-output'), { recursive: true, force: true });
}

// One process lints all projects, which takes half of what a process for each does, and has one core; the rest shares the other.
const others = [
  ['formatting', 'prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
  ['unused code', 'knip/bin/knip.js'],
  ['project references', 'nx/bin/nx.js', 'sync:check'],
  ['types', 'nx/bin/nx.js', 'run-many', '-t', 'typecheck', '--parallel=1', '--outputStyle=static'],
];
const [lint, checked] = await Promise.all([
  check('lint', 'eslint/bin/eslint.js', '.'),
  others.reduce(
    async (before, each) => [...(await before), await check(...each)],
    Promise.resolve([]),
  ),
]);
const rows = [...checked, lint];
const testStatus = nx(root, ['run-many', '-t', 'test', '--outputStyle=static']);
const browserStatus = nx(root, ['run-many', '-t', 'e2e', '--parallel=1', '--outputStyle=static']);
const suites = projects.flatMap((project) => readCounts(root, project));
rows.push(...suites);
// A runner that broke before it wrote its report has failed, whatever the other reports say.
if (testStatus !== 0 && !suites.some((row) => row.runner === 'vitest' && row.failed > 0)) {
  rows.push({ name: 'tests that did not run', passed: 0, failed: 1, skipped: 0 });
}
if (browserStatus !== 0 && !suites.some((row) => row.runner === 'playwright' && row.failed > 0)) {
  rows.push({ name: 'browser tests that did not run', passed: 0, failed: 1, skipped: 0 });
}

console.log();
for (const row of rows) console.log(`${row.name.padEnd(32)} ${total(row)}`);
const sum = sumCounts(rows);
console.log();
console.log(total(sum));
process.exit(sum.failed > 0 || testStatus !== 0 || browserStatus !== 0 ? 1 : 0);

/** Runs a package's script, shows what it printed once it has ended, and counts it as one check. */
async function check(name, script, ...args) {
  const child = spawn(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...nxEnvironment, ...process.env },
  });
  const printed = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => printed.push(data));
  const [status] = await once(child, 'close');
  console.error(`\n— ${name}`);
  process.stderr.write(Buffer.concat(printed));
  return { name, passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 };
}
