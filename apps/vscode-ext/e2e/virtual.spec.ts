import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { serverProcess } from './server-process.js';
import { expect, test as base } from './workbench.js';

const test = base.extend({
  // Another extension's file system: the folder of samples, but not as files of this machine.
  otherExtensions: [
    // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
    async ({}, use) => {
      const cwd = mkdtempSync(join(tmpdir(), 'gg-'));
      const packagePath = join(cwd, 'virtual-folder.vsix');
      const manifest = {
        ...{ name: 'virtual-folder', publisher: 'groundglass', version: '1.0.0' },
        ...{ engines: { vscode: '^1.104.0' }, main: './virtual-folder.cjs' },
        activationEvents: ['onFileSystem:virtualfolder'],
      };
      writeFileSync(join(cwd, 'package.json'), JSON.stringify(manifest));
      copyFileSync(
        join(import.meta.dirname, 'virtual-folder.cjs'),
        join(cwd, 'virtual-folder.cjs'),
      );
      await createVSIX({
        ...{ cwd, packagePath, dependencies: false },
        ...{ allowMissingRepository: true, skipLicense: true },
      });
      await use([packagePath]);
      rmSync(cwd, { recursive: true });
    },
    { scope: 'worker' },
  ],
});

test('in a virtual workspace images are shown, and the server does not start', async ({
  workbench,
  page,
}) => {
  const { preview, server } = workbench;
  await workbench.open('covid-volume.nii.gz', `virtualfolder:${server.folder}`);
  await workbench.picture();
  await expect(preview.locator('.slice-reading')).toHaveText('12 / 24');
  await expect(
    preview.getByText('The model server does not start in a virtual workspace'),
  ).toBeVisible();
  await page.keyboard.press('p');
  await workbench.runCommand('Groundglass: Restart the Server');
  await expect(workbench.status).toContainText('Groundglass');
  expect(serverProcess(server.folder)).toBeUndefined();
});
