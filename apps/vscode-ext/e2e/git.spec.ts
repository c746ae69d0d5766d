import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Workbench } from './workbench.js';

const samples = join(import.meta.dirname, '../../../samples');

/** A repository with a picture that has changed since its commit. */
function writeRepository({ server }: Workbench): string {
  const folder = join(server.folder, 'versioned');
  mkdirSync(folder);
  const git = (...command: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...command], {
      cwd: folder,
    });
  copyFileSync(join(samples, 'covid-slice.png'), join(folder, 'slice.png'));
  git('init', '-q');
  git('add', '.');
  git('commit', '-q', '-m', 'As scanned');
  copyFileSync(join(samples, 'non-covid-slice.png'), join(folder, 'slice.png'));
  return folder;
}

test.describe.configure({ timeout: 180_000 });
// Machine settings need a separate server, so that other tests' windows are not affected.
test.use({ machineSettings: { 'git.enabled': true } });

test('a picture is compared with its revision in Git', async ({ workbench, page }) => {
  const folder = writeRepository(workbench);
  await page.goto(`${workbench.server.url}/?folder=${encodeURIComponent(folder)}`);
  await workbench.openFile('slice.png');
  await expect(async () => {
    await workbench.runCommand('Groundglass: Compare with Git Revision');
    await page
      .locator('.quick-input-list .monaco-list-row', { hasText: 'As scanned' })
      .click({ timeout: 10_000 });
  }).toPass({ timeout: 60_000 });
  const status = workbench.preview.locator('groundglass-comparison .bar [role=status]');
  await expect(status).toContainText('pixels differ', { timeout: 60_000 });
  await expect(workbench.preview.locator('.caption').first()).toContainText('As scanned');
});
