import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  formatReview,
  parseReview,
  type ReviewPanel,
  type ReviewRow,
} from '@groundglass/papers/review';
import { encodePng } from '@groundglass/core';
import { expect, test, type Workbench } from './workbench.js';

const name = 'papers.review.jsonl';

const panel = (id: string, left: number, more: Partial<ReviewPanel>): ReviewPanel => ({
  id,
  box: { left, top: 0, columns: 200, rows: 160 },
  kind: 'axial-ct',
  letter: null,
  subCaption: null,
  label: 'positive',
  confidence: 0.94,
  evidence: [{ source: 'caption', text: 'COVID-19', start: 30, end: 38, rule: 'covid' }],
  image: null,
  decidedBy: 'machine',
  source: 'embedded',
  pageBox: null,
  object: null,
  metadata: {},
  metadataEvidence: {},
  ...more,
});

const row = (id: string, panels: ReviewPanel[]): ReviewRow => ({
  id,
  document: {
    key: id,
    file: `${id}.pdf`,
    sha256: id,
    doi: null,
    arxiv: null,
    title: `Paper ${id}`,
  },
  page: 3,
  figure: '1',
  caption: 'Figure 1. Chest CT of a man with COVID-19.',
  citing: [],
  picture: { path: `figures/${id}.png`, columns: 410, rows: 160 },
  panels,
  state: 'open',
});

function writeRows(folder: string): void {
  mkdirSync(join(folder, 'figures'), { recursive: true });
  const data = new Uint8Array(410 * 160).map((_, i) =>
    i % 410 > 199 && i % 410 < 210 ? 255 : (i * 3) % 200,
  );
  for (const id of ['sure', 'unsure']) {
    writeFileSync(
      join(folder, `figures/${id}.png`),
      encodePng({ columns: 410, rows: 160, channels: 1, data }),
    );
  }
  writeFileSync(
    join(folder, name),
    formatReview([
      row('sure', [panel('0', 0, {})]),
      row('unsure', [panel('0', 0, { label: 'unsure', confidence: 0 }), panel('1', 210, {})]),
    ]),
  );
}

const rowsOf = ({ server }: Workbench): ReviewRow[] =>
  parseReview(readFileSync(join(server.folder, name), 'utf8')).rows;

test.afterEach(({ workbench }) => {
  rmSync(join(workbench.server.folder, name), { force: true });
  rmSync(join(workbench.server.folder, 'figures'), { recursive: true, force: true });
});

test('a review goes with the keyboard, and the file has what was decided', async ({
  workbench,
  page,
}) => {
  writeRows(workbench.server.folder);
  await workbench.open(name);
  const { preview } = workbench;
  await expect(preview.locator('.open-count')).toHaveText('2 of 2 figures wait');
  // Least sure first.
  await expect(preview.locator('h1')).toHaveText('Paper unsure');
  await expect(preview.locator('mark').first()).toHaveText('COVID-19');
  await preview.locator('body').click({ position: { x: 5, y: 5 } });
  await page.keyboard.press('Tab');
  await page.keyboard.press('2');
  await expect
    .poll(() => rowsOf(workbench)[1]?.panels[0])
    .toMatchObject({ label: 'negative', decidedBy: 'person' });
  await page.keyboard.press('v');
  await expect
    .poll(() => rowsOf(workbench)[1]?.panels.map(({ box }) => box.columns))
    .toEqual([100, 100, 200]);
  await page.keyboard.press('m');
  await expect
    .poll(() => rowsOf(workbench)[1]?.panels.map(({ box }) => box.columns))
    .toEqual([200, 200]);
  await page.screenshot({
    path: join(import.meta.dirname, '../test-output/screenshots/review.png'),
  });
  await page.keyboard.press('a');
  await expect.poll(() => rowsOf(workbench)[1]?.state).toBe('accepted');
  await expect(preview.locator('h1')).toHaveText('Paper sure');
  await page.keyboard.press('s');
  await expect.poll(() => rowsOf(workbench)[0]?.state).toBe('skipped');
  await expect(preview.locator('.open-count')).toHaveText('0 of 2 figures wait');
});

test('a drag from one panel to another merges them, a drag over one splits it', async ({
  workbench,
  page,
}) => {
  writeRows(workbench.server.folder);
  await workbench.open(name);
  const stage = workbench.preview.locator('.stage svg');
  await stage.waitFor();
  const drag = async (from: [number, number], to: [number, number]): Promise<void> => {
    const box = (await stage.boundingBox())!;
    const place = ([x, y]: [number, number]): [number, number] => [
      box.x + (x / 410) * box.width,
      box.y + (y / 160) * box.height,
    ];
    await page.mouse.move(...place(from));
    await page.mouse.down();
    await page.mouse.move(...place(to), { steps: 4 });
    await page.mouse.up();
  };
  await drag([100, 80], [300, 80]);
  await expect
    .poll(() => rowsOf(workbench)[1]?.panels.map(({ box }) => box.columns))
    .toEqual([410]);
  await drag([205, 10], [205, 150]);
  await expect
    .poll(() => rowsOf(workbench)[1]?.panels.map(({ box }) => box.columns))
    .toEqual([205, 205]);
});
