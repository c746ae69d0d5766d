import { execFileSync } from 'node:child_process';
import { cpSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import AxeBuilder from '@axe-core/playwright';
import { settings } from './workbench.js';
import { expect, test, type Workbench } from './workbench.js';

test.describe.configure({ timeout: 300_000, mode: 'serial' });

const samples = join(import.meta.dirname, '../../../samples');
const screenshots = join(import.meta.dirname, '../test-output/screenshots');
/** HU that the changed volume is brighter by, in slice 10 alone. */
const brighter = 100;

/**
 * A folder with a volume, one that differs from it in a square of 40 × 40 pixels of one slice, and a Git repository where a picture and a
 * DICOM file have changed since their commit.
 */
function writeFolder({ server }: Workbench): string {
  const folder = join(server.folder, 'compared');
  if (existsSync(folder)) return folder;
  mkdirSync(folder);
  copyFileSync(join(samples, 'covid-volume.nii.gz'), join(folder, 'before.nii.gz'));
  const nifti = gunzipSync(readFileSync(join(samples, 'covid-volume.nii.gz')));
  const [columns, rows] = [nifti.readInt16LE(42), nifti.readInt16LE(44)];
  // 4 is NIfTI's code of signed numbers of 16 bits.
  expect(nifti.readInt16LE(70)).toBe(4);
  const start = nifti.readFloatLE(108);
  for (let row = 0; row < 40; row++) {
    for (let column = 0; column < 40; column++) {
      const at = start + 2 * ((10 * rows + row) * columns + column);
      nifti.writeInt16LE(nifti.readInt16LE(at) + brighter, at);
    }
  }
  writeFileSync(join(folder, 'now.nii.gz'), gzipSync(nifti));

  const git = (...command: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...command], {
      cwd: folder,
    });
  git('init', '-q');
  mkdirSync(join(folder, 'versioned'));
  const [dicom, png] = [join(folder, 'versioned/ct.dcm'), join(folder, 'versioned/slice.png')];
  cpSync(join(samples, 'covid-series/005.dcm'), dicom);
  cpSync(join(samples, 'covid-slice.png'), png);
  git('add', 'versioned');
  git('commit', '-q', '-m', 'As scanned');
  cpSync(join(samples, 'covid-series/006.dcm'), dicom);
  cpSync(join(import.meta.dirname, '../sample-dataset/images/p0005-2.png'), png);
  return folder;
}

const viewerAt = ({ preview }: Workbench, at: number) =>
  preview.locator('groundglass-comparison groundglass-viewer').nth(at);

async function selectTwo(workbench: Workbench, first: string, second: string): Promise<void> {
  await workbench.explorerRow(first).click();
  await workbench.explorerRow(second).click({ modifiers: ['Control'] });
}

test('two files of the explorer are compared: slice, window and zoom are linked, the difference is drawn', async ({
  workbench,
  page,
}) => {
  writeFolder(workbench);
  await workbench.open();
  await workbench.explorerRow('compared').click();
  await selectTwo(workbench, 'before.nii.gz', 'now.nii.gz');
  await workbench.explorerRow('now.nii.gz').click({ button: 'right' });
  await page
    .locator('.monaco-menu')
    .getByText('Compare as CT…', { exact: true })
    .click({ delay: 200 });

  const [first, second, difference] = [0, 1, 2].map((at) => viewerAt(workbench, at));
  const status = workbench.preview.locator('groundglass-comparison .bar [role=status]');
  // Both start at the middle, which does not differ.
  await expect(status).toHaveText('No pixel differs.', { timeout: 60_000 });
  const sliceOf = (viewer: typeof first) => viewer!.locator('.slice-bar input[type=range]');
  await first!.locator('.surface').focus();
  await page.keyboard.press('Home');
  for (let step = 0; step < 10; step++) await page.keyboard.press('ArrowDown');
  for (const viewer of [first, second, difference]) {
    await expect(sliceOf(viewer)).toHaveValue(await sliceOf(first).inputValue());
  }
  await expect(status).toContainText('1600 pixels differ');
  await expect(status).toContainText(`largest ${brighter}`);

  // The other way round too, and the window of the pictures is not that of the difference.
  await second!.locator('.surface').focus();
  await page.keyboard.press('2');
  await page.keyboard.press('+');
  const reading = await second!.locator('.reading-view').textContent();
  expect(reading).toContain('C 40');
  await expect(first!.locator('.reading-view')).toHaveText(reading!);
  await expect(difference!.locator('.reading-view')).toContainText('C 0  W 400');
  await page.keyboard.press('f');
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, 'compare.png') });

  const { violations } = await new AxeBuilder({ page })
    .include(['iframe.webview.ready', 'iframe#active-frame', 'main'])
    .analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
  ).toEqual([]);

  // Set free, each goes its own way.
  await workbench.preview.getByRole('button', { name: 'Linked' }).click();
  await second!.locator('.surface').focus();
  await page.keyboard.press('Home');
  await expect(sliceOf(second)).not.toHaveValue(await sliceOf(first).inputValue());
});

test('several files that are selected open as several editors', async ({ workbench, page }) => {
  await workbench.open();
  await selectTwo(workbench, 'covid-slice.png', 'covid-figure.jpg');
  await workbench.explorerRow('covid-figure.jpg').click({ button: 'right' });
  await page.locator('.monaco-menu').getByText('Open as CT', { exact: true }).click({ delay: 200 });
  await expect(page.locator('.tab')).toHaveCount(2);
  await expect(workbench.preview.locator('.title')).toHaveText(/covid-(figure\.jpg|slice\.png)/);
});

test.describe('with Git', () => {
  test.beforeEach(({ workbench }) => {
    writeFileSync(
      workbench.server.settingsFile,
      JSON.stringify({
        ...settings,
        'git.enabled': true,
        'git.openRepositoryInParentFolders': 'always',
      }),
    );
  });

  test('a diff of a changed DICOM file shows both sides', async ({ workbench, page }) => {
    const folder = writeFolder(workbench);
    await workbench.page.goto(`${workbench.server.url}/?folder=${encodeURIComponent(folder)}`);
    await workbench.explorerRow('versioned').click();
    await workbench.explorerRow('ct.dcm').waitFor();
    await workbench.openFile('ct.dcm');
    await workbench.picture();
    await expect(async () => {
      await workbench.runCommand('Git: Open Changes');
      await expect(page.locator('iframe.webview.ready')).toHaveCount(2, { timeout: 10_000 });
    }).toPass({ timeout: 90_000 });
    for (const side of [0, 1]) {
      const frame = workbench.previewAt(side);
      await expect(frame.locator('.surface')).toHaveAttribute('aria-busy', 'false');
      await expect(frame.locator('.reading-view')).toContainText('C -600');
      await expect(frame.locator('.error')).toBeHidden();
    }
    await workbench.tidy();
  });

  for (const name of ['ct.dcm', 'slice.png']) {
    test(`${name} is compared with its revision in Git`, async ({ workbench, page }) => {
      await workbench.openFile(name);
      await expect(async () => {
        await workbench.runCommand('Groundglass: Compare with Git Revision');
        await page
          .locator('.quick-input-list .monaco-list-row', { hasText: 'As scanned' })
          .click({ timeout: 10_000 });
      }).toPass({ timeout: 90_000 });
      const status = workbench.preview.locator('groundglass-comparison .bar [role=status]');
      await expect(status).toContainText('pixels differ', { timeout: 60_000 });
      await expect(workbench.preview.locator('.caption').first()).toContainText('As scanned');
      await workbench.tidy();
    });
  }
});

test('a picture is compared with itself by two models', async ({ workbench, page }) => {
  await workbench.open('covid-volume.nii.gz');
  await workbench.picture();
  await workbench.runCommand('Groundglass: Compare Models on This Picture');
  // More than two models: the user chooses.
  const models = page.locator('.quick-input-list .monaco-list-row').filter({ visible: true });
  await expect(models.first()).toBeVisible({ timeout: 60_000 });
  for (const name of ['lesion-band', 'lesion-rule']) {
    const row = models.filter({ hasText: name });
    await expect(async () => {
      const box = row.locator('[aria-checked], input[type=checkbox]').first();
      const isChosen =
        (await box.getAttribute('aria-checked')) === 'true' || (await box.isChecked());
      if (!isChosen) await row.click({ timeout: 2000 });
      expect(isChosen).toBe(true);
    }).toPass({ timeout: 20_000 });
  }
  await page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
  await expect(workbench.preview.locator('.caption')).toContainText(['lesion-band', 'lesion-rule']);
  await expect(workbench.preview.locator('groundglass-comparison .bar select')).toHaveValue(
    'masks',
  );
  await expect(
    workbench.preview.locator('groundglass-comparison .bar [role=status]'),
  ).toContainText(/pixels differ|No pixel differs|needs an answer with a mask/, {
    timeout: 60_000,
  });
});
