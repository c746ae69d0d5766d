import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './setup/chromium.mjs';
import { ensureInstalled, requireNode } from './setup/install.mjs';
import { nx } from './setup/nx.mjs';
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

const rows = [
  check('formatting', () => run('prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.'])),
  check('unused code', () => run('knip/bin/knip.js', [])),
  check('project references', () => nx(root, ['sync:check'], { quiet: true })),
  check('lint', () => nx(root, ['run-many', '-t', 'lint', '--outputStyle=static'])),
  check('types', () => nx(root, ['run-many', '-t', 'typecheck', '--outputStyle=static'])),
];
const testStatus = nx(root, ['run-many', '-t', 'test', '--outputStyle=static']);
const browserStatus = nx(root, ['run-many', '-t', 'e2e', '--parallel=2', '--outputStyle=static']);
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

function check(name, work) {
  console.error(`\n— ${name}`);
  const ok = work() === 0;
  return { name, passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

function run(script, args) {
  return spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  }).status;
}
