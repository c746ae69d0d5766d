import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openView, openWindow, toast, treeRow } from './datasets-view.js';
import { serverProcesses } from './server-process.js';
import { expect, test, type Workbench } from './workbench.js';

/** The packaged model, which is slow enough for a person to stop it. */
test.use({ machineSettings: {} });
test.describe.configure({ timeout: 420_000 });

const source = join(import.meta.dirname, '../sample-dataset/images');
const count = 100;

/** A dataset of `count` pictures in two classes. */
function writePictures({ server }: Workbench, name: string): string {
  const folder = join(server.folder, name);
  const names = readdirSync(source).sort();
  for (let at = 0; at < count; at++) {
    const place = join(folder, 'test', at % 2 === 0 ? 'normal' : 'covid');
    mkdirSync(place, { recursive: true });
    copyFileSync(join(source, names[at % names.length]!), join(place, `p${at}.png`));
  }
  return folder;
}

/** The rows of a run so far, including those of retried pictures. */
function rowsIn(folder: string): { path: string; error?: { code: string } }[] {
  const name = readdirSync(folder).find((each) => each.endsWith('.predictions.jsonl'));
  if (name === undefined) return [];
  const lines = readFileSync(join(folder, name), 'utf8').split('\n').slice(1, -1);
  return lines.map((line) => JSON.parse(line) as { path: string });
}

async function score(workbench: Workbench, name: string, folder: string): Promise<void> {
  await openWindow(workbench);
  await openView(workbench);
  const row = treeRow(workbench, name).first();
  await row.hover();
  await row.getByRole('button', { name: 'Score' }).click();
  await expect
    .poll(() => rowsIn(folder).length, { timeout: 180_000, intervals: [200] })
    .toBeGreaterThan(20);
}

test('a server that is killed comes back, and pictures that vanish are rows', async ({
  workbench,
}) => {
  const folder = writePictures(workbench, 'killed');
  await score(workbench, 'killed', folder);
  const gone = [96, 98].map((at) => `test/normal/p${at}.png`);
  // The pictures that are read last.
  const left = gone.filter((path) => !rowsIn(folder).some((row) => row.path === path));
  for (const path of left) rmSync(join(folder, path));
  for (const pid of serverProcesses(workbench.server.folder)) process.kill(pid, 'SIGKILL');
  await expect(
    toast(
      workbench,
      new RegExp(`${count - left.length} pictures scored, .* ${left.length} failed`),
    ),
  ).toBeVisible({ timeout: 240_000 });
  const rows = rowsIn(folder);
  expect(new Set(rows.map(({ path }) => path)).size).toBe(count);
  expect(rows.filter(({ error }) => error).map(({ path }) => path)).toEqual(left);
});

test('a cancelled run reports its progress, and resumes from there', async ({
  workbench,
  page,
}) => {
  const folder = writePictures(workbench, 'cancelled');
  await score(workbench, 'cancelled', folder);
  const running = page.locator('.notifications-toasts .notification-list-item', {
    hasText: 'Scoring cancelled',
  });
  await running.hover();
  await running.getByRole('button', { name: 'Cancel' }).click();
  const stopped = page.locator('.notifications-toasts .notification-list-item', {
    hasText: 'Scoring was cancelled.',
  });
  await expect(stopped).toContainText(`of ${count} pictures are in`);
  const before = rowsIn(folder).length;
  expect(before).toBeLessThan(count);
  await stopped.hover();
  await stopped.getByRole('button', { name: 'Continue' }).click();
  await expect(
    toast(
      workbench,
      new RegExp(`${count - before} pictures scored, ${before} unchanged ones kept`),
    ),
  ).toBeVisible({ timeout: 240_000 });
  expect(rowsIn(folder)).toHaveLength(count);
});
