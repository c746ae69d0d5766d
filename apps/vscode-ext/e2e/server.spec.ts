import { isAlive, restartServer, serverProcesses } from './server-process.js';
import { expect, scored, test } from './workbench.js';

test('a server that is killed comes back and answers again', async ({ workbench }) => {
  await workbench.open('covid-volume.nii.gz');
  const { preview } = workbench;
  await expect(preview.locator('.score')).toHaveText(scored);
  const before = await restartServer(workbench);
  await expect(workbench.status).toContainText('lesion-band');
  process.kill(before, 'SIGKILL');
  await expect.poll(() => isAlive(before)).toBe(false);
  await preview.getByRole('button', { name: 'Predict again' }).click();
  await expect(preview.locator('.running')).toBeHidden();
  await expect(preview.locator('.score')).toHaveText(scored);
  await expect(workbench.status).toContainText('lesion-band');
});

test('an idle server is stopped, and started again when it is needed', async ({
  workbench,
  machineSettings,
}) => {
  await workbench.open('covid-volume.nii.gz');
  const { preview, status } = workbench;
  await expect(preview.locator('.score')).toHaveText(scored);
  const running = await restartServer(workbench);
  await expect(status).toContainText('lesion-band');
  // Three seconds, which also apply to a running server.
  workbench.setMachine({ ...machineSettings, 'groundglass.server.idleMinutes': 0.05 });
  await expect.poll(() => isAlive(running)).toBe(false);
  await expect(status).toHaveAttribute('aria-label', /not running/);
  await preview.getByRole('button', { name: 'Predict again' }).click();
  await expect(preview.locator('.running')).toBeVisible();
  await expect(preview.locator('.score')).toHaveText(scored);
  await expect(preview.locator('.running')).toBeHidden();
});

test('a server that answers too late is ended, and not left running next to its successor', async ({
  workbench,
  machineSettings,
}) => {
  const { folder } = workbench.server;
  await workbench.open('covid-volume.nii.gz');
  const { preview, status } = workbench;
  await expect(preview.locator('.score')).toHaveText(scored);
  const others = serverProcesses(folder);
  const running = await restartServer(workbench);
  await expect(status).toContainText('lesion-band');
  // A hundredth of a millisecond: every answer comes too late.
  workbench.setMachine({ ...machineSettings, 'groundglass.server.timeoutSeconds': 1e-5 });
  await expect(async () => {
    await workbench.runCommand('Groundglass: Restart the Server');
    await expect(status).toHaveAttribute('aria-label', /failed|could not|Expected/, {
      timeout: 5000,
    });
  }).toPass();
  await expect
    .poll(() => serverProcesses(folder).filter((pid) => !others.includes(pid)))
    .toEqual([]);
  expect(isAlive(running)).toBe(false);
});
