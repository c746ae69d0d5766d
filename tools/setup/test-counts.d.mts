/** How many tests passed, failed and were skipped. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export type Suite = {
  specs?: { file: string; title: string; tests: { status: string }[] }[];
  suites?: Suite[];
};

export function readCounts(
  root: string,
  project: string,
): (Counts & { name: string; runner: 'vitest' | 'playwright'; secondTries?: string[] })[];
export function vitestCounts(report: {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests?: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}): Counts;
export function playwrightCounts(report: {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  errors?: unknown[];
}): Counts;
export function secondTries(report: Suite): string[];
export function sumCounts(rows: readonly Counts[]): Counts;
export function total(counts: Counts): string;
