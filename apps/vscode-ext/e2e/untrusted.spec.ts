import { serverProcesses } from './server-process.js';
import { expect, scored, test } from './workbench.js';

test.use({ isTrusting: false });

test('in an untrusted folder images are shown, and the server starts once the folder is trusted', async ({
  workbench,
  page,
}) => {
  const { preview, server } = workbench;
  await workbench.open('covid-volume.nii.gz');
  await workbench.picture();
  await expect(preview.locator('.slice-reading')).toHaveText('12 / 24');
  await expect(preview.getByText('Trust this workspace to let Groundglass start')).toBeVisible();
  // Requested anyway, by its key and by its command.
  await workbench.press('p');
  await workbench.runCommand('Groundglass: Restart the Server');
  await expect(workbench.status).toContainText('Groundglass');
  expect(serverProcesses(server.folder)).toEqual([]);

  await workbench.runCommand('Workspaces: Manage Workspace Trust');
  await page
    .locator('.workspace-trust-editor')
    .getByRole('button', { name: 'Trust', exact: true })
    .click();
  // The trust editor covers the others; the preview requests the prediction itself.
  await expect(page.getByText('You trust this folder')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(preview.locator('.score')).toHaveText(scored);
  expect(serverProcesses(server.folder)).toHaveLength(1);
});
