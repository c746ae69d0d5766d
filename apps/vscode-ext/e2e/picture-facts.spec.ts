import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { bytesSource, encodePng, openVolume } from '@groundglass/core';
import { expect, scored, test, type Workbench } from './workbench.js';

const samples = join(import.meta.dirname, '../../../samples');

/** Answers the workbench's own dialog for files, which takes a path. */
async function answerDialog({ page }: Workbench, path?: string): Promise<void> {
  const input = page.locator('.quick-input-widget input:visible').first();
  await input.waitFor();
  await expect(async () => {
    // The dialog writes its own folder once it has listed it.
    if (path !== undefined) {
      await input.fill(path, { timeout: 2000 });
      await page.waitForTimeout(300);
      await expect(input).toHaveValue(path, { timeout: 100 });
    }
    await input.press('Enter', { timeout: 2000 });
    await expect(page.locator('.quick-input-widget')).toBeHidden({ timeout: 3000 });
  }).toPass();
}

test('a file of two volumes shows and scores the chosen one', async ({ workbench }) => {
  const { folder } = workbench.server;
  const one = gunzipSync(readFileSync(join(samples, 'covid-volume.nii.gz')));
  const start = one.readFloatLE(108);
  const header = Buffer.from(one.subarray(0, start));
  header.writeInt16LE(4, 40);
  header.writeInt16LE(2, 48);
  // The second volume has the slices of the first in reverse order.
  const slices = one.subarray(start);
  const size = slices.length / header.readInt16LE(46);
  const reversed = Array.from({ length: slices.length / size }, (_, at) =>
    slices.subarray(slices.length - (at + 1) * size, slices.length - at * size),
  );
  writeFileSync(
    join(folder, 'a-4d.nii.gz'),
    gzipSync(Buffer.concat([header, slices, ...reversed])),
  );
  await workbench.open('a-4d.nii.gz');
  const { preview } = workbench;
  const list = preview.getByLabel('Volume of the file');
  await expect(list.locator('option')).toHaveText(['Volume 1 of 2', 'Volume 2 of 2']);
  await expect(preview.locator('.score')).toHaveText(scored);
  await (await workbench.picture()).focus();
  await workbench.page.keyboard.press('Home');
  await expect(preview.locator('.slice-reading')).toHaveText('1 / 24');
  const first = await workbench.pixels();
  await list.selectOption('1');
  await expect(preview.locator('.warnings')).toContainText('volume 2 of 2');
  await expect(preview.locator('.score')).toHaveText(scored);
  await expect(preview.locator('.slice-reading')).toHaveText('1 / 24');
  expect(Buffer.from((await workbench.pixels()).data).equals(Buffer.from(first.data))).toBe(false);
});

test('a picture shows its own colours on request', async ({ workbench }) => {
  const volume = await openVolume(
    bytesSource(new Uint8Array(readFileSync(join(samples, 'covid-slice.png')))),
  );
  const { pixels, columns, rows } = await volume.slice(0);
  const data = new Uint8Array(columns * rows * 3);
  for (const [at, value] of pixels.entries())
    data.fill(Math.round(value * 255), 3 * at, 3 * at + 3);
  // A red mark in the middle.
  for (let row = -10; row < 10; row++) {
    for (let column = -10; column < 10; column++) {
      const at = (Math.floor(rows / 2) + row) * columns + Math.floor(columns / 2) + column;
      data.set([255, 0, 0], 3 * at);
    }
  }
  const png = encodePng({ columns, rows, channels: 3, data });
  writeFileSync(join(workbench.server.folder, 'a-mark.png'), png);
  await workbench.open('a-mark.png');
  await workbench.runCommand('Groundglass: Open as CT');
  const { preview } = workbench;
  await expect(preview.locator('.warnings [data-code=COLOUR_MARKS]')).toBeVisible();
  const middle = async () => {
    const { width, height, data: shown } = await workbench.pixels();
    const at = (Math.floor(height / 2) * width + Math.floor(width / 2)) * 4;
    return [...shown.subarray(at, at + 3)];
  };
  await expect.poll(middle).toEqual([255, 0, 0]);
  await preview.getByRole('switch', { name: 'Show colours as stored' }).click();
  await expect.poll(async () => new Set(await middle()).size).toBe(1);
});

test('a mask that the user chooses is compared, and one of another size is refused', async ({
  workbench,
  page,
}) => {
  const { folder } = workbench.server;
  copyFileSync(join(samples, 'covid-volume.nii.gz'), join(folder, 'a-case.nii.gz'));
  await workbench.open('a-case.nii.gz');
  const { preview } = workbench;
  await expect(preview.locator('.score')).toHaveText(scored);
  await expect(preview.locator('.legend')).toHaveText('Lesion');
  const choose = preview.getByRole('button', { name: 'Choose mask …' });
  await choose.click();
  await answerDialog(workbench, join(folder, 'covid-slice.mask.png'));
  await expect(
    page.locator('.notifications-toasts', { hasText: 'is not a mask of this picture' }),
  ).toBeVisible();
  await choose.click();
  await answerDialog(workbench, join(folder, 'covid-volume.mask.nii.gz'));
  await expect(preview.locator('.legend')).toHaveText(/Found.*False alarm.*Missed/);
  await expect(preview.getByText('Ground truth: covid-volume.mask.nii.gz')).toBeVisible();
});

test('a mask in a folder two levels above its picture is found, with its classes', async ({
  workbench,
}) => {
  const place = join(workbench.server.folder, 'a-layout');
  for (const folder of ['scans/CT-1', 'lesion-masks'])
    mkdirSync(join(place, folder), { recursive: true });
  copyFileSync(join(samples, 'covid-volume.nii.gz'), join(place, 'scans/CT-1/study_ct.nii.gz'));
  // A folder that contains only one folder would share its row.
  writeFileSync(join(place, 'scans/notes.txt'), 'Phantoms');
  const mask = gunzipSync(readFileSync(join(samples, 'covid-volume.mask.nii.gz')));
  const start = mask.readFloatLE(108);
  for (let at = start; at < mask.length; at++) {
    if (mask[at] !== 0 && at % 2 === 0) mask[at] = 2;
  }
  writeFileSync(join(place, 'lesion-masks/study.nii.gz'), gzipSync(mask));
  await workbench.open();
  for (const name of ['a-layout', 'scans', 'CT-1']) await workbench.explorerRow(name).click();
  await workbench.openFile('study_ct.nii.gz');
  const { preview } = workbench;
  await expect(preview.getByText('Ground truth: ../../lesion-masks/study.nii.gz')).toBeVisible();
  await expect(preview.locator('.legend')).toHaveText(/Found.*False alarm.*Missed/);
  await preview.getByRole('switch', { name: 'Show classes in colours' }).click();
  await expect(preview.locator('.legend')).toHaveText(/Class 1.*Class 2/);
  await workbench.explorerRow('a-layout').click();
});

test('a mask saved as DICOM SEG is found again next to its series', async ({ workbench }) => {
  const folder = join(workbench.server.folder, 'a-seg');
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(samples, 'covid-series'), folder, { recursive: true });
  copyFileSync(join(folder, '005.dcm'), join(folder, 'a005.dcm'));
  rmSync(join(folder, '005.dcm'));
  await workbench.open();
  await workbench.explorerRow('a-seg').click();
  await workbench.openFile('a005.dcm');
  const { preview, page } = workbench;
  await expect(preview.locator('.score')).toHaveText(scored);
  await expect(preview.locator('.legend')).toHaveText('Lesion');
  await preview.getByRole('button', { name: 'Mask as DICOM SEG' }).click();
  await answerDialog(workbench);
  await expect(page.locator('.statusbar')).toContainText('Saved a-seg.seg.dcm.');
  await page.keyboard.press('Control+w');
  await workbench.openFile('a005.dcm');
  await expect(preview.locator('.slice-reading')).toHaveText('5 / 12');
  await expect(preview.getByText('Ground truth: a-seg.seg.dcm')).toBeVisible();
  // The model agrees with itself.
  await expect(preview.locator('.dice')).toHaveText('Dice, this slice: 1.000');
  await workbench.explorerRow('a-seg').click();
});

test('a mask saved as PNG is found again next to its picture', async ({ workbench }) => {
  const folder = join(workbench.server.folder, 'a-png');
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(samples, 'covid-slice.png'), join(folder, 'own.png'));
  await workbench.open();
  await workbench.explorerRow('a-png').click();
  const { preview, page } = workbench;
  await workbench.chooseFromMenu('own.png', 'Open as CT', async () => {
    await expect(preview.locator('.score')).toHaveText(scored, { timeout: 20_000 });
  });
  await preview.getByRole('button', { name: 'Mask of this slice as PNG' }).click();
  await answerDialog(workbench);
  await expect(page.locator('.statusbar')).toContainText('Saved own.mask.png.');
  await page.keyboard.press('Control+w');
  await workbench.chooseFromMenu('own.png', 'Open as CT', async () => {
    await expect(preview.getByText('Ground truth: own.mask.png')).toBeVisible({ timeout: 20_000 });
  });
  // The model agrees with itself.
  await expect(preview.locator('.dice')).toContainText('1.000');
  await workbench.explorerRow('a-png').click();
});

test('a mask saved as .nii.gz is compressed', async ({ workbench }) => {
  const file = join(workbench.server.folder, 'a-saved.nii.gz');
  await workbench.open('covid-volume.nii.gz');
  const { preview, page } = workbench;
  await expect(preview.locator('.score')).toHaveText(scored);
  await preview.getByRole('button', { name: 'Mask as NIfTI' }).click();
  await answerDialog(workbench, file);
  await expect(page.locator('.statusbar')).toContainText('Saved a-saved.nii.gz.');
  // The header of NIfTI-1 with its four bytes of extensions, and a byte for each of 24 slices of 128 by 128.
  expect(gunzipSync(readFileSync(file))).toHaveLength(352 + 24 * 128 * 128);
});
