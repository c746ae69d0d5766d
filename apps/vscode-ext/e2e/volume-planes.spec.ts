import { expect, test } from './workbench.js';

test('a volume shows coronal and sagittal planes, and the value under the pointer is copied', async ({
  workbench,
  page,
}) => {
  await workbench.open('covid-volume.nii.gz');
  const surface = await workbench.picture();
  await surface.focus();
  await page.keyboard.press('x');
  for (const plane of ['coronal', 'sagittal']) {
    const view = workbench.preview.locator(`[data-plane=${plane}]`);
    await expect(view).toHaveAttribute('aria-busy', 'false');
    await expect(view).toHaveAttribute('aria-label', new RegExp(`^${plane} \\d+ of \\d+`, 'i'));
  }
  await surface.hover();
  await page.keyboard.press('Control+c');
  await expect(page.locator('.statusbar')).toContainText(/Copied: -?[\d.]+ HU/);
  // Without a browser clipboard the workbench copies through its own field, which takes the focus for a moment.
  await surface.press('x');
  await expect(workbench.preview.locator('[data-plane=coronal]')).toBeHidden();
});
