import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './setup/chromium.mjs';
import { ensureInstalled, requireNode } from './setup/install.mjs';
import { nx, nxScript } from './setup/nx.mjs';
import { readCounts, sumCounts, total } from './setup/test-counts.mjs';

/**
 * `npm test`: installs what is missing, then runs every check and test of the workspace, browser tests included, and
 * ends with the line `N passed, M failed, K skipped`. Each check counts as one.
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

const script = (/** @type {string} */ name) => join(root, 'node_modules', name);
const rows = [
  check('project references', nxScript(root), 'sync:check'),
  check('formatting', script('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.'),
  check('unused code', script('knip/bin/knip.js')),
];
const checks = nx(root, ['run-many', '-t', 'lint', 'typecheck', '--outputStyle=static']);
rows.push(
  row('lint and types', checks === 0),
  check('types of scripts', script('typescript/bin/tsc'), '-p', 'tsconfig.scripts.json'),
);
const tests = nx(root, ['run-many', '-t', 'test', '--outputStyle=static']);
// One browser suite at a time: two slow down each other's pages.
const browserTests = chromium
  ? nx(root, ['run-many', '-t', 'e2e', '--parallel=1', '--outputStyle=static'])
  : 0;
const suites = projects.flatMap((project) => readCounts(root, project));
rows.push(...suites);
// A runner that crashed before writing its report has failed, whatever the other reports say.
const failedIn = (/** @type {string} */ runner) =>
  suites.some((suite) => suite.runner === runner && suite.failed > 0);
if (tests !== 0 && !failedIn('vitest')) rows.push(row('tests that did not run', false));
if (browserTests !== 0 && !failedIn('playwright')) {
  rows.push(row('browser tests that did not run', false));
}
if (!chromium) rows.push({ name: 'browser tests: no Chromium', passed: 0, failed: 0, skipped: 1 });

console.log();
for (const each of rows) console.log(`${each.name.padEnd(32)} ${total(each)}`);
for (const test of suites.flatMap((suite) => suite.secondTries ?? [])) {
  console.log(`passed at the second try: ${test}`);
}
const sum = sumCounts(rows);
console.log();
console.log(total(sum));
process.exit(sum.failed > 0 ? 1 : 0);

/**
 * Runs a script with its arguments as one check; its output goes to stderr.
 *
 * @param {string} name
 * @param {readonly string[]} command
 */
function check(name, ...command) {
  console.error(`\n— ${name}`);
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: ['ignore', 2, 2] });
  return row(name, status === 0);
}

/**
 * @param {string} name
 * @param {boolean} passed
 */
function row(name, passed) {
  return { name, passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}
