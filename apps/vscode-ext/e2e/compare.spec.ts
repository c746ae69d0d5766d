import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test, type Workbench } from './workbench.js';

test.describe.configure({ timeout: 300_000, mode: 'serial' });

const samples = join(import.meta.dirname, '../../../samples');
const screenshots = join(import.meta.dirname, '../test-output/screenshots');
/** HU by which the changed volume is brighter, only in slice 10. */
const brighter = 100;

/**
 * A folder with a volume, and one that differs from it in a square of 40 × 40 pixels of one slice.
 */
function writeFolder({ server }: Workbench): string {
  const folder = join(server.folder, 'compared');
  if (existsSync(folder)) return folder;
  mkdirSync(folder);
  copyFileSync(join(samples, 'covid-volume.nii.gz'), join(folder, 'before.nii.gz'));
  const nifti = gunzipSync(readFileSync(join(samples, 'covid-volume.nii.gz')));
  const [columns, rows] = [nifti.readInt16LE(42), nifti.readInt16LE(44)];
  // 4 is NIfTI's code of signed 16-bit integers.
  expect(nifti.readInt16LE(70)).toBe(4);
  const start = nifti.readFloatLE(108);
  for (let row = 0; row < 40; row++) {
    for (let column = 0; column < 40; column++) {
      const at = start + 2 * ((10 * rows + row) * columns + column);
      nifti.writeInt16LE(nifti.readInt16LE(at) + brighter, at);
    }
  }
  writeFileSync(join(folder, 'now.nii.gz'), gzipSync(nifti));
  return folder;
}

const viewerAt = ({ preview }: Workbench, at: number) =>
  preview.locator('groundglass-comparison groundglass-viewer').nth(at);

/** Selects two files. The first is shown, and the explorer selects only that one when its editor has loaded. */
async function selectTwo(workbench: Workbench, first: string, second: string): Promise<void> {
  await expect(async () => {
    await workbench.explorerRow(first).click();
    await workbench.tab(first).waitFor({ timeout: 10_000 });
    // The picture of the preview, or that of VS Code's own.
    await workbench.preview
      .locator('.surface[aria-busy=false], body > img')
      .waitFor({ timeout: 20_000 });
    await workbench.explorerRow(second).click({ modifiers: ['Control'] });
    for (const name of [first, second])
      await expect(workbench.explorerRow(name)).toHaveClass(/selected/, { timeout: 1000 });
  }).toPass();
}

test('two files of the explorer are compared: slice, window and zoom are linked, the difference is drawn', async ({
  workbench,
  page,
}) => {
  writeFolder(workbench);
  await workbench.open();
  await workbench.explorerRow('compared').click();
  const status = workbench.preview.locator('groundglass-comparison .bar [role=status]');
  await selectTwo(workbench, 'before.nii.gz', 'now.nii.gz');
  await workbench.chooseFromMenu('now.nii.gz', 'Compare as CT…', () =>
    status.waitFor({ timeout: 20_000 }),
  );

  const [first, second, difference] = [0, 1, 2].map((at) => viewerAt(workbench, at));
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

  // The other way round too; the pictures' window is independent of the difference's.
  await second!.locator('.surface').focus();
  await page.keyboard.press('2');
  await page.keyboard.press('+');
  await expect(second!.locator('.reading-view')).toContainText('C 40');
  const reading = await second!.locator('.reading-view').textContent();
  await expect(first!.locator('.reading-view')).toHaveText(reading!);
  await expect(difference!.locator('.reading-view')).toContainText('C 0  W 400');
  await page.keyboard.press('f');
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, 'compare.png') });

  expect(await workbench.accessibilityFindings()).toEqual([]);

  // Unlinked, each moves independently.
  await workbench.preview.getByRole('button', { name: 'Linked' }).click();
  await second!.locator('.surface').focus();
  await page.keyboard.press('Home');
  await expect(sliceOf(second)).not.toHaveValue(await sliceOf(first).inputValue());
});

test('several files that are selected open as several editors', async ({ workbench, page }) => {
  await workbench.open();
  await selectTwo(workbench, 'covid-slice.png', 'covid-figure.jpg');
  await workbench.chooseFromMenu('covid-figure.jpg', 'Open as CT', () =>
    expect(page.locator('.tab')).toHaveCount(2),
  );
  await expect(workbench.preview.locator('.title')).toHaveText(/covid-(figure\.jpg|slice\.png)/);
});

test('a picture is compared with itself by two models', async ({ workbench }) => {
  await workbench.open('covid-volume.nii.gz');
  await workbench.picture();
  // The server has two models for CT, so there is nothing to choose.
  await workbench.runCommand('Groundglass: Compare Models on This Picture');
  const comparison = workbench.preview.locator('groundglass-comparison');
  await expect(workbench.preview.locator('.caption')).toContainText(
    ['lesion-band', 'lesion-rule'],
    {
      timeout: 60_000,
    },
  );
  await expect(comparison.locator('.bar select')).toHaveValue('masks');
  await expect(comparison.locator('.bar [role=status]')).toContainText(
    /pixels differ|No pixel differs|needs an answer with a mask/,
    { timeout: 60_000 },
  );
  await workbench.tidy();
});
