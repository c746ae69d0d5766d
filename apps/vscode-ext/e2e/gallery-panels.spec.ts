import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { openExplorer, openView, openWindow, toast, treeRow } from './datasets-view.js';
import { writePhantomFolder, type PhantomPicture } from './phantom-folder.js';
import { expect, scored, test, type Workbench } from './workbench.js';

/** Uses the packaged model: its masks are those of the documents' pictures. */
test.use({ machineSettings: {} });
test.describe.configure({ timeout: 300_000, mode: 'serial' });

const screenshots = join(import.meta.dirname, '../test-output/screenshots');
let pictures: PhantomPicture[] = [];

async function openPhantoms(workbench: Workbench): Promise<string> {
  const folder = join(workbench.server.folder, 'phantoms');
  if (pictures.length === 0) pictures = writePhantomFolder(folder);
  await openWindow(workbench);
  return folder;
}

const shown = ({ preview }: Workbench) => preview.locator('.footer [role=status]').first();

// The documents' pictures, and all tests below, need the scores of this test.
test(
  'with the keyboard alone: score a split, go to a wrong picture, and back',
  { tag: ['@screenshot'] },
  async ({ workbench, page }) => {
    await openPhantoms(workbench);
    await workbench.runCommand('Groundglass: Score');
    const choice = page.locator('.quick-input-list .monaco-list-row.focused');
    // With several datasets, the first question is which one.
    for (const text of ['phantoms', 'test']) {
      await page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().waitFor();
      await page.keyboard.type(text);
      await expect(choice).toContainText(text);
      await page.keyboard.press('Enter');
    }
    await expect(toast(workbench, /pictures scored/)).toBeVisible({ timeout: 120_000 });
    const { preview } = workbench;
    await expect(preview.locator('.tile[data-painted=true]').first()).toBeVisible();
    const tests = pictures.filter(({ split }) => split === 'test');
    await expect(shown(workbench)).toHaveText(`${tests.length} of ${tests.length} pictures`);
    await preview.locator('.rows').focus();
    for (const key of ['Home', 'ArrowRight', 'Home']) await page.keyboard.press(key);
    const first = await preview.locator('.tile[data-focused] .tile-name').textContent();
    await page.keyboard.press('t');
    await expect(preview.locator('.line[data-focused]')).toContainText(first!);
    await page.keyboard.press('t');
    await page.keyboard.press('/');
    await page.keyboard.type('jpeg-inside');
    await expect(shown(workbench)).toHaveText(`1 of ${tests.length} pictures`);
    await page.keyboard.press('Escape');
    await expect(shown(workbench)).toHaveText(`${tests.length} of ${tests.length} pictures`);
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await expect(preview.locator('groundglass-viewer .title')).toHaveText(first!);
  },
);

test(
  'two pictures of a gallery are compared, and the comparison is there after a reload',
  { tag: ['@screenshot'] },
  async ({ workbench, page }) => {
    const folder = await openPhantoms(workbench);
    await workbench.tidy();
    const results = readdirSync(folder).find((name) => name.endsWith('.predictions.jsonl'))!;
    await workbench.openByName(results);
    const { preview } = workbench;
    await preview.locator('.tile[data-painted=true]').first().waitFor();
    // The planted JPEG has another size.
    await preview.getByLabel('png', { exact: true }).check();
    await preview.locator('.rows').focus();
    for (const key of ['Home', 'Shift+ArrowRight']) await page.keyboard.press(key);
    const names = await preview.locator('.tile[aria-selected=true] .tile-name').allTextContents();
    expect(names).toHaveLength(2);
    await preview.getByRole('button', { name: 'Compare linked' }).click();
    const captions = preview.locator('groundglass-comparison .caption');
    const sees = async () => {
      await expect(captions.first()).toContainText(names[0]!, { timeout: 60_000 });
      await expect(captions.nth(1)).toContainText(names[1]!);
      await expect(preview.locator('groundglass-comparison .bar [role=status]')).toContainText(
        'pixels differ',
        { timeout: 60_000 },
      );
    };
    await sees();
    await workbench.runCommand('Developer: Reload Window');
    await sees();
    for (const side of [0, 1]) {
      const viewer = preview.locator('groundglass-comparison groundglass-viewer').nth(side);
      await expect(viewer.locator('.surface')).toHaveAttribute('aria-busy', 'false');
    }
    mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: join(screenshots, 'vscode-compare.png') });
    expect(await workbench.accessibilityFindings()).toEqual([]);
    await workbench.tidy();
  },
);

test('a gallery of a folder shows files put into it, and survives a reload', async ({
  workbench,
}) => {
  const phantoms = await openPhantoms(workbench);
  const folder = join(workbench.server.folder, 'growing');
  mkdirSync(join(folder, 'deep'), { recursive: true });
  const from = (at: number) => join(phantoms, pictures[at]!.path);
  copyFileSync(from(0), join(folder, 'a1.png'));
  await openExplorer(workbench);
  const { preview } = workbench;
  await workbench.chooseFromMenu('growing', 'Open as Gallery', async () => {
    await expect(shown(workbench)).toHaveText('1 of 1 pictures', { timeout: 10_000 });
  });
  copyFileSync(from(1), join(folder, 'a10.png'));
  copyFileSync(from(2), join(folder, 'a2.png'));
  copyFileSync(from(3), join(folder, 'deep/a0.png'));
  await expect(shown(workbench)).toHaveText('4 of 4 pictures', { timeout: 60_000 });
  await expect(preview.locator('.tile[data-painted=true]')).toHaveCount(4);
  await preview.getByLabel('Sort by').selectOption('Name');
  await expect(preview.locator('.tile-name')).toHaveText(['a1.png', 'a2.png', 'a10.png', 'a0.png']);
  await workbench.runCommand('Developer: Reload Window');
  await expect(shown(workbench)).toHaveText('4 of 4 pictures', { timeout: 120_000 });
  await expect(preview.getByLabel('Sort by')).toHaveValue('name');
  // Removed files still disappear after a reload.
  renameSync(join(folder, 'deep'), join(workbench.server.folder, 'elsewhere'));
  await expect(shown(workbench)).toHaveText('3 of 3 pictures', { timeout: 60_000 });
  await workbench.tidy();
});

test('a gallery of results grows with its file, and reports that its comparison is lost', async ({
  workbench,
  page,
}) => {
  const folder = await openPhantoms(workbench);
  const whole = readdirSync(folder).find((name) => name.endsWith('.predictions.jsonl'))!;
  const lines = readFileSync(join(folder, whole), 'utf8').trim().split('\n');
  const file = join(folder, 'other.predictions.jsonl');
  writeFileSync(file, `${lines.slice(0, 3).join('\n')}\n`);
  await workbench.openByName('other.predictions.jsonl');
  await expect(shown(workbench)).toHaveText('2 of 2 pictures', { timeout: 60_000 });
  appendFileSync(file, `${lines.slice(3).join('\n')}\n{"path": "half a li`);
  await expect(shown(workbench)).toHaveText(`${lines.length - 1} of ${lines.length - 1} pictures`, {
    timeout: 60_000,
  });
  const { preview } = workbench;
  await expect(preview.locator('.tile[data-masked=true]').first()).toBeVisible();
  const second = join(folder, 'second.predictions.jsonl');
  writeFileSync(second, `${lines.slice(0, 3).join('\n')}\n`);
  await preview.getByRole('button', { name: 'Compare with …' }).click();
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'second.' }).click();
  const notes = preview.locator('.notes');
  await expect(notes).toContainText(`2 of ${lines.length - 1} pictures are in both results`);
  await expect(preview.getByLabel('Sort by')).toHaveValue('difference');
  rmSync(second);
  await expect(notes).toContainText('The comparison with second.predictions.jsonl is lost', {
    timeout: 60_000,
  });
  await expect(preview.getByLabel('Sort by')).toHaveValue('given');
  await expect(shown(workbench)).toHaveText(`${lines.length - 1} of ${lines.length - 1} pictures`);
  await workbench.tidy();
});

test(
  'a whole dataset: the gallery with the most wrong first, and its order in the filmstrip',
  { tag: ['@screenshot'] },
  async ({ workbench, page }) => {
    await openPhantoms(workbench);
    await openView(workbench);
    const dataset = treeRow(workbench, 'phantoms').first();
    await dataset.hover();
    await dataset.getByRole('button', { name: 'Score' }).click();
    await expect(toast(workbench, /pictures scored/)).toBeVisible({ timeout: 240_000 });
    await workbench.runCommand('Notifications: Clear All Notifications');
    const { preview } = workbench;
    await expect(shown(workbench)).toHaveText(`${pictures.length} of ${pictures.length} pictures`);
    await preview.getByLabel('Sort by').selectOption('Most wrong');
    await preview.locator('.rows').focus();
    await page.keyboard.press('Home');
    const first = preview.locator('.tile[data-focused]');
    await expect(first).toHaveAttribute('data-painted', 'true');
    const name = await first.locator('.tile-name').textContent();
    await expect(preview.locator('.matrix tbody tr')).toHaveCount(3);
    await page.mouse.move(700, 850);
    await page.screenshot({ path: join(screenshots, 'vscode-gallery.png') });
    await page.keyboard.press('Enter');
    await expect(preview.locator('groundglass-viewer .title')).toHaveText(name!);
    await expect(preview.locator('.score')).toHaveText(scored, { timeout: 60_000 });
    const strip = preview.locator('groundglass-filmstrip');
    await expect(strip.locator('.tile[aria-selected=true]')).toHaveAttribute(
      'aria-label',
      `${name!}, 1 of ${pictures.length}`,
    );
    await page.waitForTimeout(1500);
    await page.screenshot({ path: join(screenshots, 'vscode-filmstrip.png') });
    await workbench.tidy();
  },
);

for (const theme of ['Default High Contrast', 'Default High Contrast Light']) {
  test(`gallery and viewer have no accessibility finding in ${theme}`, async ({
    workbench,
    page,
  }) => {
    const folder = await openPhantoms(workbench);
    workbench.set({ 'workbench.colorTheme': theme });
    await expect(
      page.locator('.monaco-workbench.hc-black, .monaco-workbench.hc-light'),
    ).toHaveCount(1);
    const results = readdirSync(folder).find(
      (name) => !name.startsWith('other') && name.endsWith('.predictions.jsonl'),
    )!;
    await workbench.openByName(results);
    const { preview } = workbench;
    await preview.locator('.tile[data-painted=true]').first().waitFor();
    expect(await workbench.accessibilityFindings()).toEqual([]);
    await preview.locator('.rows').focus();
    for (const key of ['Home', 'Enter']) await page.keyboard.press(key);
    await expect(preview.locator('groundglass-viewer .surface')).toHaveAttribute(
      'aria-busy',
      'false',
      { timeout: 60_000 },
    );
    expect(await workbench.accessibilityFindings()).toEqual([]);
    await workbench.tidy();
  });
}
