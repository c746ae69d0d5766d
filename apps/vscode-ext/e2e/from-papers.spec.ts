import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openView, openWindow, treeRow } from './datasets-view.js';
import { madeArticle } from './made-article.js';
import { expect, test } from './workbench.js';

const command = join(import.meta.dirname, '../../trainer/bin/groundglass-trainer.mjs');

// Other tests of this worker expect the explorer to be visible, without this folder.
test.use({ isInNewWindow: true });
test.afterEach(({ workbench }) => {
  rmSync(join(workbench.server.folder, 'from-papers'), { recursive: true, force: true });
});

test('a manifest made of papers opens as a gallery, with each slice and its label', async ({
  workbench,
}) => {
  const pdfs = mkdtempSync(join(tmpdir(), 'gg-papers-'));
  writeFileSync(
    join(pdfs, 'lung-2020-01.pdf'),
    await madeArticle('Chest CT of pneumonia in the first weeks of 2020', [
      {
        phantoms: [1, 4],
        caption:
          'Figure 1. Axial chest CT of two patients. (A) A 52-year-old man with confirmed COVID-19. (B) A healthy control.',
      },
      { phantoms: [6], caption: 'Figure 2. Chest CT of a 38-year-old man.' },
    ]),
  );
  const out = join(workbench.server.folder, 'from-papers');
  mkdirSync(out);
  execFileSync(process.execPath, [command, 'dataset', 'extract', pdfs, '--out', out], {
    stdio: 'ignore',
  });
  rmSync(pdfs, { recursive: true });
  await openWindow(workbench);
  await openView(workbench);
  const row = treeRow(workbench, 'from-papers').first();
  await row.hover();
  await row.getByRole('button', { name: 'Open as Gallery' }).click();
  const { preview } = workbench;
  await expect(preview.locator('.tile[data-painted=true]')).toHaveCount(3);
  await expect(preview.locator('.tile-name')).toHaveText([
    'lung-2020-01-p1-1%0.png',
    'lung-2020-01-p1-1%1.png',
    'lung-2020-01-p2-2.png',
  ]);
  // Without text about the patient there is no label.
  for (const [label, count] of [
    ['covid', 1],
    ['non-covid', 1],
    ['none', 1],
  ] as const) {
    await preview.getByLabel(label, { exact: true }).check();
    await expect(preview.locator('.footer [role=status]').first()).toHaveText(
      `${count} of 3 pictures`,
    );
    await preview.getByLabel(label, { exact: true }).uncheck();
  }
});
