import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '@groundglass/core';
import { withElement, withoutElement } from './dicom-edit.js';
import { expect, scored, test, type Workbench } from './workbench.js';

/** Default settings: the model is the packaged one. */
test.use({ machineSettings: {} });

const series = join(import.meta.dirname, '../../../samples/covid-series');

/** Copies the sample series, each file changed by `change`. Names start with the folder's, so that quick open finds one file. */
function writeSeries(
  { server }: Workbench,
  folder: string,
  change: (file: Buffer, at: number) => Buffer,
): string {
  const target = join(server.folder, folder);
  mkdirSync(target, { recursive: true });
  const names = readdirSync(series).sort();
  for (const [at, name] of names.entries()) {
    const changed = change(readFileSync(join(series, name)), at);
    writeFileSync(join(target, `${folder}-${name}`), changed);
  }
  return `${folder}-${names[4]!}`;
}

async function openIn(workbench: Workbench, folder: string, file: string): Promise<void> {
  await workbench.open();
  await workbench.explorerRow(folder).click();
  await workbench.openFile(file);
  await workbench.picture();
  // The rows of an open folder push later rows out of view.
  await workbench.explorerRow(folder).click();
}

/** "No answer" with its reasons in place of a verdict, and no mask over the picture. */
async function expectNoAnswer({ preview }: Workbench, reason: RegExp): Promise<void> {
  await expect(preview.locator('.score')).toHaveText('No answer');
  await expect(preview.locator('.verdict')).toHaveText(reason);
  await expect(preview.locator('.verdict')).not.toContainText('COVID');
  await expect(preview.locator('.meter')).toBeHidden();
  await expect(preview.locator('.legend li')).toHaveCount(0);
}

test('a series that is not CT gets no answer', async ({ workbench }) => {
  const file = writeSeries(workbench, 'mr-series', (bytes) =>
    withElement(bytes, 0x0008, 0x0060, 'CS', 'MR'),
  );
  await openIn(workbench, 'mr-series', file);
  await expectNoAnswer(workbench, /This is not a CT\./);
  await expect(workbench.preview.locator('.warnings [data-code=NOT_CT]')).toBeVisible();
});

test('a CT series without its rescale says that it is grey', async ({ workbench }) => {
  const file = writeSeries(workbench, 'grey-series', (bytes) =>
    [0x1052, 0x1053].reduce(
      (rest, element) => withoutElement(rest, 0x0028, element, 'DS'),
      withoutElement(bytes, 0x0028, 0x1054, 'LO'),
    ),
  );
  await openIn(workbench, 'grey-series', file);
  const { preview } = workbench;
  await expect(preview.locator('.score')).toHaveText(/^(No answer|\d+\.\d %)$/);
  // Values that cannot be Hounsfield units are not labelled so, whatever the model predicts.
  await expect(
    preview.locator('.warnings').locator('[data-code=HU_LOST], [data-code=HU_OFFSET]').first(),
  ).toBeVisible();
});

test('a coronal series gets no answer', async ({ workbench }) => {
  const file = writeSeries(workbench, 'coronal-series', (bytes, at) =>
    withElement(
      withElement(bytes, 0x0020, 0x0032, 'DS', `-172\\${-100 + 5 * at}\\200`),
      ...([0x0020, 0x0037, 'DS', '1\\0\\0\\0\\0\\-1'] as const),
    ),
  );
  await openIn(workbench, 'coronal-series', file);
  await expectNoAnswer(workbench, /The slices are not axial\./);
  await expect(workbench.preview.locator('.warnings [data-code=NOT_AXIAL]')).toContainText(
    'coronal',
  );
});

test('a series with a damaged slice names the file and the gap next to its answer', async ({
  workbench,
}) => {
  const file = writeSeries(workbench, 'damaged-series', (bytes, at) =>
    at === 7 ? bytes.subarray(0, bytes.length / 2) : bytes,
  );
  await openIn(workbench, 'damaged-series', file);
  const { preview } = workbench;
  await expect(preview.locator('.slice-reading')).toHaveText(/ \/ 1[12]$/);
  await expect(preview.locator('.warnings')).toContainText('damaged-series-008.dcm');
  await expect(preview.locator('.score')).toHaveText(scored);
  await expect(preview.locator('.warnings')).toContainText('damaged-series-008.dcm');
});

test('a photograph of a cat gets no answer', async ({ workbench }) => {
  copyFileSync(
    join(import.meta.dirname, 'fixtures/cat.jpg'),
    join(workbench.server.folder, 'cat.jpg'),
  );
  await workbench.open('cat.jpg');
  await workbench.runCommand('Groundglass: Open as CT');
  await expectNoAnswer(
    workbench,
    /This does not show a chest\.|unlike those the model was trained on\./,
  );
});

test('a black picture gets no answer', async ({ workbench }) => {
  const [columns, rows] = [320, 240];
  writeFileSync(
    join(workbench.server.folder, 'black.png'),
    encodePng({ columns, rows, channels: 1, data: new Uint8Array(columns * rows) }),
  );
  await workbench.open('black.png');
  await workbench.runCommand('Groundglass: Open as CT');
  await expectNoAnswer(workbench, /No lung was found\./);
});
