import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openView, openWindow, toast, treeRow } from './datasets-view.js';
import { expect, test } from './workbench.js';

/** Results unlike those of a finished run, pictures without a dataset, and the walkthrough's buttons. */
test.use({ machineSettings: {}, isInNewWindow: true });
test.describe.configure({ timeout: 300_000 });

const source = join(import.meta.dirname, '../sample-dataset/images');

function writePictures(folder: string, places: readonly string[]): void {
  const names = readdirSync(source).sort();
  for (const [at, place] of places.entries()) {
    mkdirSync(join(folder, place, '..'), { recursive: true });
    copyFileSync(join(source, names[at % names.length]!), join(folder, place));
  }
}

test('results of another model, of an older version, or cut off are reported as such', async ({
  workbench,
}) => {
  const folder = join(workbench.server.folder, '../odd-results');
  const places = ['covid', 'normal', 'covid'].map((label, at) => `test/${label}/p${at}.png`);
  writePictures(folder, places);
  const header = {
    ...{ format: 'groundglass-predictions', version: 1, labels: ['healthy', 'sick'] },
    ...{ positive: 'sick', threshold: 0.3, time: '2025-01-02T03:04:05Z' },
    model: { name: 'other', version: '9', sha256: 'a'.repeat(64) },
    manifest: { name: 'elsewhere' },
  };
  const rows = places.map((path, at) => ({
    ...{ path, sha256: null, label: 'sick', withheld: [], probability: at / 4 },
    lesionFraction: null,
  }));
  const text = [header, ...rows].map((row) => JSON.stringify(row)).join('\n');
  writeFileSync(join(folder, 'half.predictions.jsonl'), text.slice(0, -20));
  writeFileSync(join(folder, 'old.predictions.jsonl'), text.replace('n":1', 'n":0'));
  await openWindow(workbench, folder);
  await workbench.openByName('half.predictions.jsonl');
  const { preview } = workbench;
  await expect(preview.locator('.notes')).toContainText('These are results of elsewhere');
  await expect(preview.locator('.notes')).toContainText('The last row is incomplete');
  await expect(preview.locator('.facts-list').first()).toContainText('other 9');
  await expect(preview.locator('.tile')).toHaveCount(2);
  await workbench.openByName('old.predictions.jsonl');
  await expect(preview.getByRole('alert')).toContainText('its first row says version 0');
});

test('a folder of pictures alone is shown from the view, and a byte order mark loses no row', async ({
  workbench,
}) => {
  const folder = join(workbench.server.folder, '../pictures-alone');
  writePictures(folder, ['scan 1.png', 'scan 2.png', 'scan 10.png']);
  await openWindow(workbench, folder);
  await openView(workbench);
  await workbench.page.getByRole('button', { name: 'Show This Folder as a Gallery' }).click();
  const { preview } = workbench;
  await expect(preview.locator('.tile-name')).toHaveText([
    ...['scan 1.png', 'scan 2.png', 'scan 10.png'],
  ]);
  await expect(preview.locator('.tile').first()).not.toHaveAttribute('title', /Split/);
  await preview.getByRole('button', { name: 'Score', exact: true }).click();
  await expect(toast(workbench, /3 pictures scored/)).toBeVisible({ timeout: 120_000 });
  const name = readdirSync(folder).find((each) => each.endsWith('.predictions.jsonl'))!;
  const file = join(folder, name);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  // As Windows' editor saves it, without the last picture.
  writeFileSync(file, `\uFEFF${lines.slice(0, -1).join('\n')}\n`);
  await workbench.tidy();
  await workbench.runCommand('Groundglass: Open as Gallery');
  await preview.getByRole('button', { name: 'Score', exact: true }).click();
  await expect(toast(workbench, /1 pictures scored, 2 unchanged ones kept/)).toBeVisible({
    timeout: 120_000,
  });
  const after = readFileSync(file, 'utf8').replace('\uFEFF', '').trimEnd().split('\n');
  expect(after.map((line) => (JSON.parse(line) as { path?: string }).path).slice(1)).toEqual(
    expect.arrayContaining(['scan 1.png', 'scan 2.png', 'scan 10.png']),
  );
});

test('class folders without splits are shown with splits that say they were drawn', async ({
  workbench,
}) => {
  const folder = join(workbench.server.folder, '../undivided');
  writePictures(folder, ['covid/p1/a.png', 'covid/p1/b.png', 'normal/c.png']);
  await openWindow(workbench, folder);
  await openView(workbench);
  const row = treeRow(workbench, 'undivided').first();
  await row.hover();
  await row.getByRole('button', { name: 'Open as Gallery' }).click();
  const notes = workbench.preview.locator('.notes');
  await expect(notes).toContainText('The data does not state the split of 3 pictures');
  await expect(notes).toContainText('The patients of 2 pictures are guessed from their paths');
});

test("the walkthrough's Predict shows a prediction where no picture is open", async ({
  workbench,
  page,
}) => {
  await workbench.open();
  await workbench.runCommand('Welcome: Open Walkthrough...');
  await page.locator('.quick-input-list').getByText('See what a CT model sees').click();
  const step = page.locator('.getting-started-step', { hasText: 'Look at the prediction' });
  await step.click();
  await step.getByRole('button', { name: 'Predict', exact: true }).click();
  await expect(workbench.preview.locator('.score')).toHaveText(/^\d+\.\d %$/, {
    timeout: 120_000,
  });
});
