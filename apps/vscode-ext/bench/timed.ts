import { test } from '@playwright/test';
import type { Workbench } from '../e2e/workbench.js';
import type { PaintClock } from './paint-clock.js';

/** From Enter on the file's name to its picture. */
export async function openByKey(
  { page }: Workbench,
  clock: PaintClock,
  file: string,
  shows: 'slice' | 'picture' | 'gallery',
): Promise<number> {
  await page.keyboard.press('Control+P');
  await page.locator('.quick-input-widget input[type=text]').fill(file);
  await page
    .locator('.quick-input-list .monaco-list-row.focused', { hasText: file.split('/').at(-1)! })
    .waitFor();
  return clock.press('Enter', shows);
}

/** Closes the one editor. */
export async function closeEditor({ page }: Workbench): Promise<void> {
  await page.locator('.tab.active').click({ button: 'middle' });
  await page.locator('.tab').waitFor({ state: 'detached' });
}

interface Row {
  readonly what: string;
  readonly values: readonly number[];
  readonly unit?: 'ms' | 'MB' | '/s' | '';
  readonly aim?: string | undefined;
  /** The row of what a user would use instead. */
  readonly peer?: string;
}

/** Leaves a row of the table. */
export function row(value: Row): void {
  const description = JSON.stringify({ unit: 'ms', ...value });
  test.info().annotations.push({ type: 'row', description });
}
