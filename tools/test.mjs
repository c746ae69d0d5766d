import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { ensureChromium } from './setup/chromium.mjs';
import { ensureInstalled, requireNode } from './setup/install.mjs';
import { nxEnvironment, nxScript } from './setup/nx.mjs';
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

const script = (name) => join(root, 'node_modules', name);
const nx = nxScript(root);
const many = (targets, ...args) => [
  nx,
  'run-many',
  '-t',
  ...targets,
  ...args,
  '--outputStyle=static',
];

// Its graph of the projects is what lint looks up who may import whom in.
const references = await check('project references', nx, 'sync:check');
// One process lints all projects, which takes half of what a process for each does, and has one core; the rest shares the other.
console.error('\n— lint beside formatting, unused code and types');
const others = [
  ['formatting', script('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.'],
  ['unused code', script('knip/bin/knip.js')],
  ['types', ...many(['typecheck'], '--parallel=1')],
];
const [lint, checked] = await Promise.all([
  check('lint', script('eslint/bin/eslint.js'), '.'),
  others.reduce(
    async (before, each) => [...(await before), await check(...each)],
    Promise.resolve([]),
  ),
]);
const rows = [references, ...checked, lint];

// A browser test waits for its page a quarter of the time: the tests that only compute take what it leaves, and no more.
const computing = 'trainer,tools';
const testStatuses = [
  await run(many(['test'], `--exclude=${computing}`)),
  await run(many(['build', 'bundle'])),
];
console.error(`\n— browser tests, and the tests of ${computing}, whose output comes last`);
const computed = run(many(['test'], `--projects=${computing}`, '--parallel=1'), {
  quiet: true,
  priority: constants.priority.PRIORITY_LOW,
});
const browserStatus = await run(many(['e2e'], '--parallel=1'));
testStatuses.push(await computed);
const testStatus = testStatuses.find((status) => status !== 0) ?? 0;
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

/** Runs a script and its arguments as one check. */
async function check(name, ...command) {
  const status = await run(command, { quiet: true, title: name });
  return { name, passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 };
}

/**
 * Runs a script and its arguments, and settles with its exit code. What it prints goes to stderr, where it is quiet in one piece at its end.
 *
 * @param priority of the process and of those that it starts; the usual one unless given.
 */
async function run(command, { quiet = false, title, priority } = {}) {
  const output = quiet ? 'pipe' : 2;
  const child = spawn(process.execPath, command, {
    cwd: root,
    stdio: ['ignore', output, output],
    env: { ...nxEnvironment, ...process.env },
  });
  if (priority !== undefined) setPriority(child.pid, priority);
  const printed = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data) => printed.push(data));
  const [status] = await once(child, 'close');
  if (title) console.error(`\n— ${title}`);
  process.stderr.write(Buffer.concat(printed));
  return status ?? 1;
}
