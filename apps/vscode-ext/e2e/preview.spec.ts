import {
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { bytesSource, openVolume } from '@groundglass/core';
import { expect, scored, test, type Workbench } from './workbench.js';

const samples = join(import.meta.dirname, '../../../samples');
/** The value in the middle of a slice, decoded here. */
async function middleValue(file: string, slice: number) {
  const volume = await openVolume(bytesSource(new Uint8Array(readFileSync(join(samples, file)))));
  const { pixels, unit, columns, rows } = await volume.slice(slice);
  const [column, row] = [Math.floor(columns / 2), Math.floor(rows / 2)];
  const value = pixels[row * columns + column]!;
  return {
    place: `${column}, ${row}`,
    reading: unit === 'HU' ? `${value} HU` : `Grey ${value.toFixed(3)}`,
  };
}

/** Moves the pointer to the middle pixel and reads the viewer's value. */
async function expectMiddle(workbench: Workbench, expected: { place: string; reading: string }) {
  const picture = await workbench.picture();
  const probe = workbench.preview.locator('.reading-probe');
  // The prediction's strip makes the picture lower when it appears: find the middle again.
  await expect(async () => {
    const box = (await picture.boundingBox())!;
    await workbench.page.mouse.move(box.x + box.width / 2 + 1, box.y + box.height / 2 + 1);
    await expect(probe).toContainText(expected.place, { timeout: 500 });
    await expect(probe).toContainText(expected.reading, { timeout: 500 });
  }).toPass({ timeout: 30_000 });
}

test('a NIfTI volume opens in the preview, with the values of its file', async ({ workbench }) => {
  await workbench.open('covid-volume.nii.gz');
  await expect(workbench.preview.locator('.slice-reading')).toHaveText('12 / 24');
  await expectMiddle(workbench, await middleValue('covid-volume.nii.gz', 11));
  await expect(workbench.preview.locator('.stage .letter-left')).toHaveText('R');
});

test('a MetaImage opens in the preview, with the values of its file', async ({ workbench }) => {
  await workbench.open('non-covid-volume.mha');
  await workbench.picture();
  const index =
    Number((await workbench.preview.locator('.slice-reading').textContent())!.split(' ')[0]) - 1;
  await expectMiddle(workbench, await middleValue('non-covid-volume.mha', index));
});

test('one DICOM file opens its whole series, at its own slice', async ({ workbench }) => {
  await workbench.open('005.dcm');
  await expect(workbench.preview.locator('.slice-reading')).toHaveText('5 / 12');
  await expect(workbench.preview.locator('.title')).toHaveText('covid-series');
  await expectMiddle(workbench, await middleValue('covid-series/005.dcm', 0));
  const picture = await workbench.picture();
  await picture.hover();
  await workbench.page.mouse.wheel(0, 100);
  await expect(workbench.preview.locator('.slice-reading')).toHaveText('6 / 12');
  await expectMiddle(workbench, await middleValue('covid-series/006.dcm', 0));
});

test('a drag with the right button changes the window and opens no menu', async ({
  workbench,
  page,
}) => {
  await workbench.open('non-covid-volume.mha');
  await workbench.picture();
  const { preview } = workbench;
  const reading = preview.locator('.reading-view');
  await preview.getByRole('button', { name: 'Lung', exact: true }).click();
  await expect(reading).toContainText('C -600  W 1500');
  const box = (await (await workbench.picture()).boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down({ button: 'right' });
  await page.mouse.move(x + 50, y);
  await page.mouse.up({ button: 'right' });
  // 50 CSS pixels at 1500 / 500 HU each
  await expect(reading).toContainText('C -600  W 1650');
  await expect(page.locator('.monaco-menu')).toHaveCount(0);
});

test('everything works with the keyboard alone', async ({ workbench, page }) => {
  const { preview } = workbench;
  await workbench.open('covid-volume.nii.gz');
  await workbench.picture();
  await expect(preview.locator('.score')).toHaveText(scored);
  await expect(preview.locator('.legend li')).toHaveCount(3);
  // The preview takes the focus as soon as it appears.
  const press = workbench.press.bind(workbench);
  await press('ArrowDown');
  await expect(preview.locator('.slice-reading')).toHaveText('13 / 24');
  await press('2');
  await expect(preview.locator('.reading-view')).toContainText('C 40  W 400');
  await press('g');
  await expect(preview.locator('.legend')).toHaveText('Lesion');
  // The workbench's own keys work from within the preview.
  await workbench.runCommand('Groundglass: Show or Hide the Lesion Mask');
  await expect(preview.locator('.legend li')).toHaveCount(0);
  await press('m');
  await expect(preview.locator('.legend li')).toHaveCount(1);
  const search = preview.getByRole('searchbox');
  for (let tabs = 0; tabs < 60; tabs++) {
    if (await search.evaluate((field) => field.matches(':focus'))) break;
    await press('Tab');
  }
  await page.keyboard.type('mm');
  await expect(search).toHaveValue('mm');
  await expect(preview.locator('.legend li')).toHaveCount(1);
  await press('Control+w');
  await expect(page.locator('.tab')).toHaveCount(0);
});

test('a PNG opens with Open as CT', async ({ workbench }) => {
  await workbench.open('covid-slice.png');
  await workbench.runCommand('Groundglass: Open as CT');
  await expect(workbench.preview.locator('.warnings')).toContainText('No Hounsfield units');
  await expectMiddle(workbench, await middleValue('covid-slice.png', 0));
});

test('a DICOM file without an extension opens from the menu of the explorer', async ({
  workbench,
}) => {
  const { folder } = workbench.server;
  copyFileSync(join(samples, 'covid-series/005.dcm'), join(folder, 'IM000005'));
  await workbench.open();
  await workbench.chooseFromMenu('IM000005', 'Open as CT', () =>
    workbench.tab('IM000005').waitFor({ timeout: 4000 }),
  );
  await workbench.picture();
  await expect(workbench.preview.locator('.facts')).toContainText('DICOM');
  await expectMiddle(workbench, await middleValue('covid-series/005.dcm', 0));
});

test('the prediction appears over the picture and is compared with the ground truth', async ({
  workbench,
  page,
}) => {
  await workbench.open('covid-volume.nii.gz');
  const { preview } = workbench;
  await expect(preview.locator('.score')).toHaveText(scored);
  await expect(preview.locator('.facts-list')).toContainText('lesion-band 1');
  await expect(preview.locator('.legend')).toHaveText(/Found.*False alarm.*Missed/);
  await expect(preview.locator('.dice')).toHaveText(/^Dice, this slice: [01]\.\d{3}$/);
  await expect(preview.locator('canvas.strip')).toBeVisible();
  await expect(preview.getByText('Research use, not for diagnosis')).toBeVisible();
  const picture = await workbench.picture();
  await picture.focus();
  const withMask = await picture.screenshot();
  await page.keyboard.press('m');
  await expect(preview.locator('.legend li')).toHaveCount(0);
  const without = await picture.screenshot();
  expect(without.equals(withMask)).toBe(false);
  await page.keyboard.press('m');
  await expect(preview.locator('.legend li')).toHaveCount(3);
  expect((await picture.screenshot()).equals(withMask)).toBe(true);
  await expect(workbench.status).toContainText('lesion-band');
});

test('a series goes to the server as one volume', async ({ workbench }) => {
  await workbench.open('005.dcm');
  await expect(workbench.preview.locator('.score')).toHaveText(scored);
  await expect(workbench.preview.locator('.score-caption')).toContainText('whole volume');
  await expect(workbench.preview.locator('.dice')).toHaveText(/^Dice, this slice: /);
});

test('a damaged file shows its coded error, and reopens once it is intact', async ({
  workbench,
}) => {
  const { folder } = workbench.server;
  const file = join(folder, 'broken.nii.gz');
  copyFileSync(join(samples, 'covid-volume.nii.gz'), file);
  truncateSync(file, 2000);
  await workbench.open('broken.nii.gz');
  const error = workbench.preview.locator('.error');
  await expect(error).toContainText(/CT_(TRUNCATED|CORRUPT)/);
  await expect(error.getByRole('button', { name: 'Try again' })).toBeVisible();
  copyFileSync(join(samples, 'covid-volume.nii.gz'), file);
  await workbench.picture();
  // The header was intact before: the test is that neither the file nor its prediction fails now.
  await expect(workbench.preview.locator('.slice-reading')).toHaveText('12 / 24');
  await expect(workbench.preview.locator('.score')).toHaveText(scored);
  const alert = workbench.preview.getByRole('alert');
  await expect(alert).toHaveCount(0);
  rmSync(file);
  await expect(alert).toContainText('CT_READ_FAILED');
});

test('a file in two editors disappears in both, and comes back in both', async ({
  workbench,
  page,
}) => {
  const file = join(workbench.server.folder, 'covid-volume.nii.gz');
  await workbench.open('covid-volume.nii.gz');
  await workbench.picture();
  await workbench.runCommand('View: Split Editor');
  await expect(page.locator('iframe.webview.ready')).toHaveCount(2);
  const editors = [0, 1].map((at) => workbench.previewAt(at));
  renameSync(file, `${file}.away`);
  for (const editor of editors) {
    await expect(editor.getByRole('alert')).toContainText('CT_READ_FAILED');
  }
  renameSync(`${file}.away`, file);
  for (const editor of editors) {
    await expect(editor.locator('.slice-reading')).toHaveText('12 / 24');
    await expect(editor.locator('.score')).toHaveText(scored);
  }
});

test('an empty file and a file that is not an image show what is wrong', async ({ workbench }) => {
  const { folder } = workbench.server;
  writeFileSync(join(folder, 'empty.mha'), '');
  writeFileSync(join(folder, 'text.nii'), 'This is not an image.');
  await workbench.open('empty.mha');
  await expect(workbench.preview.getByRole('alert')).toContainText('CT_EMPTY');
  await workbench.openFile('text.nii');
  await expect(workbench.preview.getByRole('alert')).toContainText('CT_UNKNOWN_FORMAT');
});

test('the user’s view is restored after a look at another tab', async ({ workbench, page }) => {
  await workbench.open('covid-volume.nii.gz');
  await (await workbench.picture()).focus();
  for (const key of ['Home', '2']) await page.keyboard.press(key);
  await expect(workbench.preview.locator('.slice-reading')).toHaveText('1 / 24');
  await expect(workbench.preview.locator('.reading-view')).toContainText('C 40  W 400');
  await workbench.openFile('README.md');
  await workbench.openFile('covid-volume.nii.gz');
  await workbench.picture();
  await expect(workbench.preview.locator('.slice-reading')).toHaveText('1 / 24');
  await expect(workbench.preview.locator('.reading-view')).toContainText('C 40  W 400');
});

test('another renderer takes over in an open editor, at the current slice', async ({
  workbench,
  page,
}) => {
  await workbench.open('covid-volume.nii.gz');
  const { preview } = workbench;
  await (await workbench.picture()).focus();
  await page.keyboard.press('Home');
  for (const renderer of ['canvas2d', 'webgl2']) {
    workbench.set({ 'groundglass.renderer': renderer });
    await expect(preview.locator('.stage')).toHaveAttribute('data-renderer', renderer);
    await workbench.picture();
    await expect(preview.locator('.slice-reading')).toHaveText('1 / 24');
    await expect(preview.locator('.score')).toHaveText(scored);
  }
});

for (const [name, theme, kind] of [
  ['dark', 'Default Dark Modern', 'vscode-dark'],
  ['light', 'Default Light Modern', 'vscode-light'],
  ['high contrast', 'Default High Contrast', 'vscode-high-contrast'],
] as const) {
  test(`has no accessibility finding in the ${name} theme`, async ({ workbench }) => {
    workbench.set({ 'workbench.colorTheme': theme });
    await workbench.open('covid-volume.nii.gz');
    await expect(workbench.preview.locator('.score')).toHaveText(scored);
    const body = workbench.preview.locator('body');
    await expect(body).toHaveAttribute('data-vscode-theme-kind', kind);
    expect(await workbench.accessibilityFindings('body')).toEqual([]);
  });
}
