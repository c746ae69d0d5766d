import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withExtension } from './install-extension.js';
import { writePhantomFolder } from './phantom-folder.js';
import { expect, test as base } from './workbench.js';

const test = base.extend({
  otherExtensions: [
    // eslint-disable-next-line no-empty-pattern -- Playwright requires a pattern here
    async ({}, use) => {
      const commands = [{ command: 'toolCaller.call', title: 'Call the Tools' }];
      await withExtension('tool-caller', { contributes: { commands } }, use);
    },
    { scope: 'worker' },
  ],
});

test('the tools answer through the API, only inside the workspace', async ({ workbench, page }) => {
  const { folder } = workbench.server;
  await workbench.open();
  const pictures = writePhantomFolder(join(folder, 'phantoms'));
  const tested = pictures.filter(({ split }) => split === 'test').length;
  const undivided = join(folder, 'undivided/covid/p1');
  mkdirSync(undivided, { recursive: true });
  copyFileSync(join(folder, 'phantoms', pictures[0]!.path), join(undivided, 'a.png'));
  await workbench.runCommand('Call the Tools');
  const file = join(folder, 'tool-answers.json');
  await expect(async () => {
    // The tool that calls the model needs permission.
    const allow = page.getByRole('button', { name: /^(Allow|Continue|OK|Yes)/ }).first();
    if (await allow.isVisible()) await allow.click({ timeout: 1000 });
    expect(existsSync(file)).toBe(true);
  }).toPass({ timeout: 90_000 });
  const answers = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown[]>;
  expect([...answers.names!].sort()).toEqual([
    ...['groundglass_audit', 'groundglass_find', 'groundglass_predict'],
    'groundglass_summarizeDataset',
  ]);
  const [summary] = answers.summary as [{ splits: { split: string; pictures: number }[] }];
  // A tool reports refusals as text.
  expect(summary).not.toHaveProperty('failed');
  expect(summary.splits.find(({ split }) => split === 'test')!.pictures).toBe(tested);
  expect(answers.found![0]).toMatchObject({ total: tested, pictures: [{}, {}] });
  expect(answers.undivided![0]).toMatchObject({
    guesses: [
      expect.stringContaining('Groundglass drew it'),
      expect.stringContaining('it is guessed from the path'),
    ],
  });
  expect(answers.predicted![0]).toMatchObject({
    path: 'covid-slice.png',
    note: 'Research use, not for diagnosis.',
  });
  expect(answers.predicted![1]).toMatchObject({ mime: 'image/png' });
  expect(answers.outside![0]).toMatchObject({
    failed: expect.stringContaining('Expected a file in the workspace'),
  });
});
