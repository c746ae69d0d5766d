import config from '../playwright.config.js';
import { expect, test } from './workbench.js';

const { launchOptions } = config.use!;

test.use({
  launchOptions: { ...launchOptions, args: [...launchOptions!.args!, '--disable-3d-apis'] },
});

test('without WebGL the picture is still drawn', async ({ workbench }) => {
  await workbench.open('covid-volume.nii.gz');
  await workbench.picture();
  await expect(workbench.preview.locator('.stage')).toHaveAttribute('data-renderer', 'canvas2d');
  const box = (await workbench.preview.locator('.surface').boundingBox())!;
  await workbench.page.mouse.move(box.x + box.width / 2 + 1, box.y + box.height / 2 + 1);
  await expect(workbench.preview.locator('.reading-probe')).toContainText('HU');
});
