import { withExtension } from './install-extension.js';
import { serverProcesses } from './server-process.js';
import { expect, test as base } from './workbench.js';

const test = base.extend({
  // Another extension's file system: the folder of samples, but not as files of this machine.
  otherExtensions: [
    // eslint-disable-next-line no-empty-pattern -- Playwright requires a pattern here
    async ({}, use) => {
      await withExtension(
        'virtual-folder',
        { activationEvents: ['onFileSystem:virtualfolder'] },
        use,
      );
    },
    { scope: 'worker' },
  ],
});

test('in a virtual workspace images are shown, and the server does not start', async ({
  workbench,
}) => {
  const { preview, server } = workbench;
  await workbench.open('covid-volume.nii.gz', `virtualfolder:${server.folder}`);
  await workbench.picture();
  await expect(preview.locator('.slice-reading')).toHaveText('12 / 24');
  await expect(
    preview.getByText('The model server does not start in a virtual workspace'),
  ).toBeVisible();
  await workbench.press('p');
  await workbench.runCommand('Groundglass: Restart the Server');
  await expect(workbench.status).toContainText('Groundglass');
  expect(serverProcesses(server.folder)).toEqual([]);
});
