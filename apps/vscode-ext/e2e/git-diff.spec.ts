import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, settings, test, type Workbench } from './workbench.js';

test.describe.configure({ timeout: 300_000, mode: 'serial' });
test.use({ isInNewWindow: true });

const samples = join(import.meta.dirname, '../../../samples');

/** A repository with a DICOM file and a picture that have changed since their commit: the slices before and after them. */
function writeRepository({ server }: Workbench): string {
  const folder = join(server.folder, 'versioned');
  if (existsSync(folder)) return folder;
  mkdirSync(folder);
  const dicom = (name: string) => join(samples, 'covid-series', name);
  copyFileSync(dicom('004.dcm'), join(folder, 'ct.dcm'));
  copyFileSync(join(samples, 'covid-slice.png'), join(folder, 'slice.png'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args]);
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'As scanned');
  copyFileSync(dicom('008.dcm'), join(folder, 'ct.dcm'));
  copyFileSync(join(samples, 'non-covid-slice.png'), join(folder, 'slice.png'));
  return folder;
}

test.beforeEach(async ({ workbench, page }) => {
  const { server } = workbench;
  writeFileSync(server.settingsFile, JSON.stringify({ ...settings, 'git.enabled': true }));
  const folder = writeRepository(workbench);
  await page.goto(`${server.url}/?folder=${encodeURIComponent(folder)}`);
  await workbench.explorerRow('ct.dcm').waitFor({ timeout: 60_000 });
});

test('a diff of a changed DICOM file shows both sides', async ({ workbench, page }) => {
  await page.locator('.activitybar .action-label[aria-label^="Source Control"]').click();
  const change = page.locator('.scm-view .monaco-list-row', { hasText: 'ct.dcm' });
  // Until the extension's editor is registered, the diff would be a text diff.
  await expect(async () => {
    await change.click({ timeout: 10_000 });
    await expect(page.locator('iframe.webview.ready')).toHaveCount(2, { timeout: 10_000 });
  }).toPass({ timeout: 120_000 });
  const pictures = [];
  for (const side of [0, 1]) {
    const frame = workbench.previewAt(side);
    await expect(frame.locator('.surface')).toHaveAttribute('aria-busy', 'false');
    await expect(frame.locator('.reading-view')).toContainText('C -600');
    await expect(frame.locator('.error')).toBeHidden();
    pictures.push((await frame.locator('.surface canvas').screenshot()).toString('base64'));
  }
  // The pictures have the same size, since neither side has a strip of its folder.
  for (const side of [0, 1]) {
    await expect(workbench.previewAt(side).locator('groundglass-filmstrip')).toBeHidden();
  }
  // Each side has its own slice.
  expect(pictures[0]).not.toBe(pictures[1]);
});

for (const name of ['ct.dcm', 'slice.png']) {
  test(`${name} is compared with its revision in Git`, async ({ workbench, page }) => {
    await workbench.openFile(name);
    await expect(async () => {
      await workbench.runCommand('Groundglass: Compare with Git Revision');
      await page
        .locator('.quick-input-list .monaco-list-row', { hasText: 'As scanned' })
        .click({ timeout: 10_000 });
    }).toPass({ timeout: 90_000 });
    const status = workbench.preview.locator('groundglass-comparison .bar [role=status]');
    await expect(status).toContainText('pixels differ', { timeout: 60_000 });
    await expect(workbench.preview.locator('.caption').first()).toContainText('As scanned');
  });
}
