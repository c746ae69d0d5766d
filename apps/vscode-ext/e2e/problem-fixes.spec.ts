import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expand, openExplorer, openView, openWindow, toast, treeRow } from './datasets-view.js';
import { writePhantomFolder } from './phantom-folder.js';
import { expect, test, type Workbench } from './workbench.js';

test.describe.configure({ timeout: 300_000, mode: 'serial' });

/** A manifest with a bad row, a JPEG named `.png`, and one picture under two labels; in a separate folder, which the window opens. */
function writeFaults({ server }: Workbench): string {
  const folder = join(server.folder, 'faults');
  const images = join(folder, 'images');
  if (existsSync(folder)) return folder;
  mkdirSync(images, { recursive: true });
  const phantoms = join(server.folder, 'phantoms');
  const pictures = writePhantomFolder(phantoms);
  const from = (end: string) =>
    join(phantoms, pictures.find(({ path }) => path.endsWith(end))!.path);
  copyFileSync(from('jpeg-inside.png'), join(images, 'scan.png'));
  for (const name of ['one.png', 'two.png']) copyFileSync(from('twice.png'), join(images, name));
  const row = (path: string, label: string, patient: string) =>
    JSON.stringify({ path, label, patient, split: 'test', source: 's' });
  writeFileSync(
    join(folder, 'samples.jsonl'),
    [
      row('images/scan.png', 'covid', 'a'),
      '{ half a row',
      row('images/one.png', 'covid', 'b'),
      row('images/two.png', 'normal', 'c'),
      '',
    ].join('\n'),
  );
  writeFileSync(
    join(folder, 'groundglass.dataset.json'),
    JSON.stringify({
      ...{ format: 'groundglass-dataset', version: 1, name: 'faults', samples: 'samples.jsonl' },
      ...{ labels: ['normal', 'covid'], positive: 'covid' },
    }),
  );
  return folder;
}

const problem = ({ page }: Workbench, text: RegExp) =>
  page.locator('.markers-panel .monaco-list-row').filter({ hasText: text });

/** Applies a quick fix from a problem's own row, and retries until its effect is visible. */
async function fix(
  workbench: Workbench,
  text: RegExp,
  title: RegExp,
  seeOutcome: () => Promise<void>,
): Promise<void> {
  const { page } = workbench;
  await expect(async () => {
    // The audit has opened the panel, which stays open.
    await problem(workbench, text).first().dblclick({ timeout: 5000 });
    await page
      .locator('.editor-instance .monaco-editor.focused')
      .first()
      .waitFor({ timeout: 10_000 });
    await page.keyboard.press('Control+.');
    const offered = page.locator('.action-widget .monaco-list-row').filter({ hasText: title });
    try {
      // VS Code ignores clicks in a menu's first moments, against accidental ones.
      await offered.click({ timeout: 5000, delay: 200 });
      await seeOutcome();
    } catch (error) {
      await page.keyboard.press('Escape');
      throw error;
    }
  }).toPass({ timeout: 120_000 });
}

test('an audit puts the faults of a dataset into Problems, at the rows of its manifest', async ({
  workbench,
}) => {
  await openWindow(workbench, writeFaults(workbench));
  await openView(workbench);
  const row = treeRow(workbench, 'faults').first();
  await row.hover();
  await row.getByRole('button', { name: 'Audit' }).click();
  await expect(toast(workbench, /the audit found/)).toBeVisible({ timeout: 120_000 });
  await expect(problem(workbench, /Expected one JSON object on the line/)).toContainText('[Ln 2');
  await expect(problem(workbench, /\.png is JPEG inside/).first()).toContainText('[Ln 1');
  await expect(problem(workbench, /labels/).first()).toContainText(/\[Ln [34]/);
});

test('a picture under two labels opens both side by side', async ({ workbench, page }) => {
  await fix(workbench, /labels/, /side by side/, async () => {
    for (const name of ['one.png', 'two.png']) {
      await expect(page.locator(`.tab[data-resource-name="${name}"]`)).toBeVisible({
        timeout: 10_000,
      });
    }
  });
  await expect(page.locator('iframe.webview.ready')).toHaveCount(2);
});

test('a bad row is removed', async ({ workbench, page }) => {
  const file = join(writeFaults(workbench), 'samples.jsonl');
  await fix(workbench, /Expected one JSON object on the line/, /Remove the row/, async () => {
    await page.keyboard.press('Control+s');
    await expect
      .poll(() => readFileSync(file, 'utf8'), { timeout: 10_000 })
      .not.toContain('half a row');
  });
  expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(3);
  await expect(problem(workbench, /Expected one JSON object on the line/)).toHaveCount(0);
});

test('a JPEG named .png is renamed, in the manifest too', async ({ workbench }) => {
  const folder = writeFaults(workbench);
  await fix(workbench, /\.png is JPEG inside/, /Rename to scan\.jpg/, async () => {
    await expect
      .poll(() => readdirSync(join(folder, 'images')), { timeout: 10_000 })
      .toContain('scan.jpg');
  });
  await workbench.runCommand('File: Save All');
  const text = () => readFileSync(join(folder, 'samples.jsonl'), 'utf8');
  await expect.poll(text).toContain('images/scan.jpg');
  expect(text()).not.toContain('scan.png');
});

test('the explorer marks pictures with their label, then with the answer', async ({
  workbench,
}) => {
  const folder = writeFaults(workbench);
  await openWindow(workbench, folder);
  await openExplorer(workbench);
  await workbench.explorerRow('images').click();
  const badge = (name: string) => workbench.explorerRow(name).locator('.monaco-icon-label');
  const marked = (name: string, text: string) =>
    expect
      .poll(
        () =>
          badge(name).evaluate((label) => getComputedStyle(label, '::after').content.slice(1, -1)),
        { timeout: 60_000 },
      )
      .toBe(text);
  await marked('one.png', 'CO');
  await marked('two.png', 'NO');
  await openView(workbench);
  await expand(workbench, 'faults');
  const row = treeRow(workbench, 'faults').first();
  await row.hover();
  await row.getByRole('button', { name: 'Score' }).click();
  await expect(toast(workbench, /pictures scored/)).toBeVisible({ timeout: 120_000 });
  await openExplorer(workbench);
  // Both hold the same picture, which can be right under one label only, unless its answer is withheld.
  const rows = readdirSync(folder).find((name) => name.endsWith('.predictions.jsonl'))!;
  const answer = readFileSync(join(folder, rows), 'utf8')
    .split('\n')
    .find((line) => line.includes('one.png'))!;
  const { label } = JSON.parse(answer) as { label: string | null };
  const expected = label === null ? ['C?', 'N?'] : label === 'covid' ? ['C✓', '!'] : ['!', 'N✓'];
  await marked('one.png', expected[0]!);
  await marked('two.png', expected[1]!);
});
