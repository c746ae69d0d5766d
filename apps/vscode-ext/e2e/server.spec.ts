import { serverProcess } from './server-process.js';
import { expect, scored, test } from './workbench.js';

test('a server that is killed comes back and answers again', async ({ workbench }) => {
  await workbench.open('covid-volume.nii.gz');
  const { preview } = workbench;
  await expect(preview.locator('.score')).toHaveText(scored);
  const before = serverProcess(workbench.server.folder)!;
  process.kill(before, 'SIGKILL');
  await expect.poll(() => isAlive(before)).toBe(false);
  await preview.getByRole('button', { name: 'Predict again' }).click();
  await expect(preview.locator('.running')).toBeHidden();
  await expect(preview.locator('.score')).toHaveText(scored);
  await expect(workbench.status).toContainText('lesion-band');
  expect(serverProcess(workbench.server.folder)).not.toBe(before);
});

test('a server that is idle is stopped, and started again when it is needed', async ({
  workbench,
  machineSettings,
}) => {
  const { folder } = workbench.server;
  await workbench.open('covid-volume.nii.gz');
  const { preview, status } = workbench;
  await expect(preview.locator('.score')).toHaveText(scored);
  // Three seconds, which count for a server that runs already.
  workbench.setMachine({ ...machineSettings, 'groundglass.server.idleMinutes': 0.05 });
  await expect.poll(() => serverProcess(folder)).toBeUndefined();
  await expect(status).toHaveAttribute('aria-label', /not running/);
  await preview.getByRole('button', { name: 'Predict again' }).click();
  await expect(preview.locator('.running')).toBeVisible();
  await expect(preview.locator('.score')).toHaveText(scored);
  await expect(preview.locator('.running')).toBeHidden();
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
