import { expect, test } from './workbench.js';

/** The package for browsers has no Node entry: VS Code runs it in the same worker as on vscode.dev. */
test.use({ target: 'web' });
test.describe.configure({ timeout: 180_000 });

for (const name of ['covid-volume.nii.gz', '005.dcm', 'non-covid-volume.mha']) {
  test(`${name} opens where no process runs`, async ({ workbench, page }) => {
    await workbench.open(name);
    await workbench.picture();
    await expect(workbench.preview.locator('.error')).toBeHidden();
    await expect(workbench.preview.locator('.prediction')).toContainText(
      'VS Code in a browser cannot start a model server',
    );
    // No extension runs on the server.
    await expect(page.locator('iframe.webview.ready')).toHaveCount(1);
  });
}

test('a picture opens as CT from its menu, with its neighbours below', async ({ workbench }) => {
  await workbench.open('covid-slice.png');
  await workbench.runCommand('Groundglass: Open as CT');
  await workbench.picture();
  await expect(workbench.preview.locator('.title')).toHaveText('covid-slice.png');
  await expect(
    workbench.preview.locator('groundglass-filmstrip .tile[aria-selected=true]'),
  ).toHaveAttribute('aria-label', /^covid-slice\.png/);
});
