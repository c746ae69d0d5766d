import { expect, type Locator } from '@playwright/test';
import type { Workbench } from './workbench-window.js';

/** Opens a folder. A busy machine takes long to load a window; the view appears once the extension is activated. */
export async function openWindow(
  { page, server }: Workbench,
  folder = server.folder,
): Promise<void> {
  const url = `${server.url}/?folder=${encodeURIComponent(folder)}`;
  if (page.url() !== url) await page.goto(url);
  await page
    .locator('.activitybar .action-label[aria-label^="Groundglass"]')
    .waitFor({ timeout: 180_000 });
}

/** A notification with a text. */
export function toast({ page }: Workbench, text: RegExp): Locator {
  return page
    .locator('.notifications-toasts .notification-list-item-message')
    .filter({ hasText: text });
}

/** Shows the view of datasets. */
export async function openView({ page }: Workbench): Promise<void> {
  // Clicking the icon of an open view closes it.
  const title = page.locator('.part.sidebar .composite.title', { hasText: 'Groundglass' });
  if (await title.isVisible()) return;
  await page.locator('.activitybar .action-label[aria-label^="Groundglass"]').click();
  await title.waitFor();
}

/** Shows the explorer. */
export async function openExplorer({ page }: Workbench): Promise<void> {
  const folders = page.locator('.explorer-folders-view');
  if (await folders.isVisible()) return;
  await page.locator('.activitybar .action-label[aria-label^="Explorer"]').click();
  await folders.waitFor();
}

/** A row of the view by its name. */
export function treeRow({ page }: Workbench, name: string): Locator {
  return page
    .locator('.pane-body .monaco-list-row')
    .filter({ has: page.getByText(name, { exact: true }) });
}

/** Opens a row of the view that has others below it. */
export async function expand(workbench: Workbench, name: string): Promise<void> {
  const row = treeRow(workbench, name).first();
  await expect(async () => {
    if ((await row.getAttribute('aria-expanded')) !== 'true') await row.click({ timeout: 2000 });
    await expect(row).toHaveAttribute('aria-expanded', 'true', { timeout: 2000 });
  }).toPass({ timeout: 60_000 });
}
