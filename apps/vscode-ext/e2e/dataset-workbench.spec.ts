import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expand, openExplorer, openView, openWindow, toast, treeRow } from './datasets-view.js';
import { writePhantomFolder, type PhantomPicture } from './phantom-folder.js';
import { expect, test, type Workbench } from './workbench.js';

/** Uses the packaged model. */
test.use({ machineSettings: {} });
// A run continues where the test before left one.
test.describe.configure({ timeout: 420_000, mode: 'serial' });

let made: { readonly folder: string; readonly pictures: PhantomPicture[] } | undefined;

function phantoms({ server }: Workbench): PhantomPicture[] {
  const folder = join(server.folder, 'phantoms');
  if (made?.folder !== folder) made = { folder, pictures: writePhantomFolder(folder) };
  return made.pictures;
}

const resultsIn = (folder: string) =>
  readdirSync(folder).filter((name) => name.endsWith('.predictions.jsonl'));

const rowsOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as { path: string; label: string | null; error?: object });

test('with the mouse alone: dataset, score of the test split, matrix, the most wrong', async ({
  workbench,
}) => {
  const all = phantoms(workbench);
  const folder = join(workbench.server.folder, 'phantoms');
  await openWindow(workbench);
  await openView(workbench);
  await expand(workbench, 'phantoms');
  await expect(treeRow(workbench, 'train')).toBeVisible();
  const split = treeRow(workbench, 'test');
  await split.hover();
  await split.getByRole('button', { name: 'Score' }).click();

  // The gallery opens automatically, on the split being scored.
  const { preview } = workbench;
  const expected = all.filter((picture) => picture.split === 'test');
  await expect(preview.locator('.footer [role=status]').first()).toHaveText(
    `${expected.length} of ${expected.length} pictures`,
    { timeout: 120_000 },
  );
  await expect(toast(workbench, /pictures scored, 0 unchanged ones kept, 0 failed/)).toBeVisible();
  const [name] = resultsIn(folder);
  expect(new Set(rowsOf(join(folder, name!)).map(({ path }) => path))).toEqual(
    new Set(expected.map(({ path }) => path)),
  );
  await expect(preview.locator('.matrix tbody tr')).toHaveCount(3);
  await expect(preview.getByLabel('Sort by')).toHaveValue('error');
  await expect(preview.locator('.tile[data-painted=true]').first()).toBeVisible();

  // A cell of the matrix that is not empty shows as many pictures as it counts.
  const cell = preview.locator('.matrix td button:enabled').first();
  const count = await cell.textContent();
  await cell.click();
  await expect(preview.locator('.footer [role=status]').first()).toHaveText(
    `${count!} of ${expected.length} pictures`,
  );
  await preview.getByRole('button', { name: 'Clear the filter' }).click();

  // The format by content, not by name.
  await preview.getByLabel('jpeg', { exact: true }).check();
  await expect(preview.locator('.tile-name')).toHaveText(['jpeg-inside.png']);
  await preview.getByRole('button', { name: 'Clear the filter' }).click();

  expect(await workbench.accessibilityFindings()).toEqual([]);
});

test('a run that was killed is resumed: half a line is cut off, unchanged files are kept', async ({
  workbench,
}) => {
  const folder = join(workbench.server.folder, 'phantoms');
  const file = join(folder, resultsIn(folder)[0]!);
  const before = readFileSync(file);
  const lines = before.toString().split('\n').slice(0, -1);
  // Two rows are gone and the last one is half.
  truncateSync(file, before.length - Buffer.byteLength(lines.slice(-3).join('\n')) - 1 + 20);
  await openWindow(workbench);
  await openView(workbench);
  await expand(workbench, 'phantoms');
  const split = treeRow(workbench, 'test');
  await split.hover();
  await split.getByRole('button', { name: 'Score' }).click();
  await expect(
    toast(workbench, /3 pictures scored, \d+ unchanged ones kept, 0 failed/),
  ).toBeVisible({
    timeout: 120_000,
  });
  const rows = rowsOf(file);
  expect(rows).toHaveLength(lines.length - 1);
  expect(new Set(rows.map(({ path }) => path)).size).toBe(rows.length);
});

test('any text file of paths opens as a gallery from its menu, or says that it has none', async ({
  workbench,
}) => {
  const [first, second] = phantoms(workbench).map(({ path }) => `../phantoms/${path}`);
  const lists = join(workbench.server.folder, 'phantom-lists');
  const yaml = `test:\n  - image: ${first!}\n    mask: m.png\n  - image: ${second!}\n`;
  writeFileSync(join(lists, 'split.yaml'), yaml);
  writeFileSync(join(lists, 'split.json'), JSON.stringify({ test: [first, second], val: [] }));
  writeFileSync(join(lists, 'train.py'), 'import torch\n');
  await openWindow(workbench);
  await openExplorer(workbench);
  await workbench.explorerRow('phantom-lists').click();
  await workbench.chooseFromMenu('hard.txt', 'Open as Gallery', async () => {
    await expect(workbench.preview.locator('.tile')).toHaveCount(3, { timeout: 10_000 });
  });
  await workbench.chooseFromMenu('split.yaml', 'Open as Gallery', async () => {
    await expect(workbench.preview.locator('.tile')).toHaveCount(2, { timeout: 10_000 });
  });
  await workbench.chooseFromMenu('train.py', 'Open as Gallery', async () => {
    await expect(workbench.preview.getByText('train.py names no picture')).toBeVisible({
      timeout: 10_000,
    });
  });
  await workbench.tidy();
  await workbench.openFile('split.json');
  await workbench.runCommand('Groundglass: Open as Gallery');
  await expect(workbench.preview.locator('.tile')).toHaveCount(2, { timeout: 60_000 });
});

test('a path in a text is a link, and its hover shows picture, label and answer', async ({
  workbench,
  page,
}) => {
  phantoms(workbench);
  await openWindow(workbench);
  await openExplorer(workbench);
  if (!(await workbench.explorerRow('hard.txt').isVisible())) {
    await workbench.explorerRow('phantom-lists').click();
  }
  await workbench.openFile('hard.txt');
  const path = page.locator('.view-line .detected-link').first();
  await path.hover();
  const hover = page.locator('.monaco-hover:visible');
  await expect(hover).toContainText(/Known\slabel:\s\w+/);
  await expect(hover).toContainText(/Answer:|No\sanswer:/);
  await expect(hover.locator('img').first()).toBeVisible();
  await expect(hover).toContainText(/Open\sas\sCT/);
});

test('bad rows of a manifest are problems with their lines, and the good ones load', async ({
  workbench,
  page,
}) => {
  const folder = join(workbench.server.folder, 'phantoms-manifest');
  mkdirSync(folder, { recursive: true });
  const sample = { label: 'covid', split: 'test', patient: 'p', source: 's' };
  writeFileSync(
    join(folder, 'groundglass.dataset.json'),
    JSON.stringify({
      ...{ format: 'groundglass-dataset', version: 1, name: 'listed', samples: 'samples.jsonl' },
      root: '../phantoms',
    }),
  );
  const [first] = phantoms(workbench);
  writeFileSync(
    join(folder, 'samples.jsonl'),
    [
      JSON.stringify({ ...sample, path: first!.path }),
      '{ half a row',
      JSON.stringify({ ...sample, path: '../outside.png' }),
    ].join('\n'),
  );
  await openWindow(workbench);
  await openView(workbench);
  await expand(workbench, 'phantoms-manifest');
  await expect(page.getByText('2 rows could not be used: see Problems')).toBeVisible();
  await workbench.runCommand('View: Focus Problems');
  const problems = page.locator('.markers-panel .monaco-list-row');
  await expect(problems.filter({ hasText: 'Expected one JSON object on the line' })).toContainText(
    '[Ln 2, Col 1]',
  );
  await expect(problems.filter({ hasText: 'Expected a relative path' })).toContainText(
    '[Ln 3, Col 1]',
  );
});

test('a dataset folder that is moved into the workspace appears, and disappears when it is removed', async ({
  workbench,
}) => {
  const folder = join(workbench.server.folder, 'moved-in');
  const elsewhere = mkdtempSync(join(tmpdir(), 'gg-moved-'));
  writePhantomFolder(elsewhere);
  await openWindow(workbench);
  await openView(workbench);
  const row = treeRow(workbench, 'moved-in');
  await expect(row).toHaveCount(0);
  renameSync(elsewhere, folder);
  await expect(row).toHaveCount(1);
  rmSync(folder, { recursive: true });
  await expect(row).toHaveCount(0);
});

test('pictures of datasets open as CT if the user chose that, and those elsewhere do not', async ({
  workbench,
  page,
}) => {
  const [picture] = phantoms(workbench);
  const name = picture!.path.split('/').at(-1)!;
  const file = join(workbench.server.folder, '.vscode/settings.json');
  await openWindow(workbench);
  await openView(workbench);
  workbench.set({ 'groundglass.openDatasetPicturesAsCt': true });
  await expect.poll(() => readFileSync(file, 'utf8')).toContain('workbench.editorAssociations');
  // With quick open, which uses the file's default editor.
  await workbench.openByName(name);
  await expect(workbench.preview.locator('.title')).toHaveText(name);
  await workbench.openByName('covid-slice.png');
  await expect(page.locator('.tab.active')).toHaveAttribute(
    'data-resource-name',
    'covid-slice.png',
  );
  await expect(workbench.preview.locator('groundglass-viewer')).toHaveCount(0);
  workbench.set({ 'workbench.editorAssociations': { '*.other': 'default' } });
  await workbench.tidy();
});

test('a known label is next to the verdict, without a made-up patient', async ({ workbench }) => {
  const [picture] = phantoms(workbench);
  await openWindow(workbench);
  await workbench.openByName(picture!.path.split('/').at(-1)!);
  await workbench.runCommand('Groundglass: Open as CT');
  await expect(workbench.preview.locator('.known')).toHaveText(
    new RegExp(`^Known label: .+ Split: ${picture!.split}\\.$`),
  );
});

test('next and previous follow the folder', async ({ workbench, page }) => {
  phantoms(workbench);
  await openWindow(workbench);
  await openExplorer(workbench);
  await workbench.openFile('covid-slice.png');
  await workbench.runCommand('Groundglass: Open as CT');
  await workbench.picture();
  await workbench.press('Alt+PageDown');
  await expect(workbench.preview.locator('.title')).toHaveText('covid-volume.mask.nii.gz');
  await workbench.picture();
  await workbench.press('Alt+PageUp');
  await expect(workbench.preview.locator('.title')).toHaveText('covid-slice.png');

  // The strip below shows the same order, and follows the keys or the mouse.
  await workbench.picture();
  const strip = workbench.preview.locator('groundglass-filmstrip');
  const marked = strip.locator('.tile[aria-selected=true]');
  await expect(marked).toHaveAttribute('aria-label', /^covid-slice\.png, \d+ of 10$/);
  await marked.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(workbench.preview.locator('.title')).toHaveText('covid-volume.mask.nii.gz');
  await expect(marked).toHaveAttribute('aria-label', /^covid-volume\.mask\.nii\.gz/);
  await strip.locator('.tile[aria-label^="covid-figure.jpg"]').click();
  await expect(workbench.preview.locator('.title')).toHaveText('covid-figure.jpg');
});
