import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How many tests passed, failed and were skipped.
 *
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

/**
 * The counts of the reports that a project's runners left in `test-output/`.
 *
 * @param {string} root the workspace's folder
 * @param {string} project the project's folder
 * @returns {(Counts & { name: string, runner: 'vitest' | 'playwright', secondTries?: string[] })[]}
 */
export function readCounts(root, project) {
  /** @type {ReturnType<typeof readCounts>} */
  const rows = [];
  const vitest = readJson(join(root, project, 'test-output', 'vitest.json'));
  if (vitest) rows.push({ name: `${project} tests`, runner: 'vitest', ...vitestCounts(vitest) });
  const playwright = readJson(join(root, project, 'test-output', 'playwright.json'));
  if (playwright) {
    rows.push({
      name: `${project} browser tests`,
      runner: 'playwright',
      ...playwrightCounts(playwright),
      secondTries: secondTries(playwright),
    });
  }
  return rows;
}

/**
 * Counts of Vitest's JSON report; a file that failed to load holds no test and counts as one failure.
 *
 * @param {{
 *   numPassedTests: number,
 *   numFailedTests: number,
 *   numPendingTests: number,
 *   numTodoTests?: number,
 *   testResults: { status: string, assertionResults: { status: string }[] }[],
 * }} report
 * @returns {Counts}
 */
export function vitestCounts(report) {
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((t) => t.status !== 'failed'),
  ).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

/**
 * Counts of Playwright's JSON report; a flaky test (failed, then passed) counts as passed, and `secondTries` names it.
 *
 * @param {{
 *   stats: { expected: number, unexpected: number, flaky: number, skipped: number },
 *   errors?: unknown[],
 * }} report
 * @returns {Counts}
 */
export function playwrightCounts({ stats, errors }) {
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + (errors?.length ?? 0),
    skipped: stats.skipped,
  };
}

/**
 * The tests of Playwright's JSON report that failed and then passed, as `file › title`.
 *
 * @typedef {{ file: string, title: string, tests: { status: string }[] }} Spec
 * @typedef {{ specs?: Spec[], suites?: Suite[] }} Suite
 * @param {Suite} report
 * @returns {string[]}
 */
export function secondTries({ specs = [], suites = [] }) {
  return [
    ...specs
      .filter(({ tests }) => tests.some(({ status }) => status === 'flaky'))
      .map(({ file, title }) => `${file} › ${title}`),
    ...suites.flatMap(secondTries),
  ];
}

/**
 * Sums rows of counts.
 *
 * @param {readonly Counts[]} rows
 */
export function sumCounts(rows) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const row of rows) {
    sum.passed += row.passed;
    sum.failed += row.failed;
    sum.skipped += row.skipped;
  }
  return sum;
}

/**
 * `N passed, M failed`, and `, K skipped` if there were any.
 *
 * @param {Counts} counts
 */
export function total({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** @param {string} path */
function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}
