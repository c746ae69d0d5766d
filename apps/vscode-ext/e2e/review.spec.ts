import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  formatReview,
  parseReview,
  type ReviewPanel,
  type ReviewRow,
} from '@groundglass/papers/review';
import { encodePng } from '@groundglass/core';
import { madeArticle } from './made-article.js';
import { expect, test, type Workbench } from './workbench.js';

const name = 'papers.review.jsonl';
/** The files that `dataset extract` leaves next to it. */
const extracted = [
  ...['figures', 'images', 'pages', '.extract', '.groundglass'],
  ...['groundglass.dataset.json', 'samples.jsonl', 'problems.jsonl'],
];

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
  pageView: null,
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
  for (const made of extracted)
    rmSync(join(workbench.server.folder, made), { recursive: true, force: true });
});

test('a review works with the keyboard, and the file has the decisions', async ({
  workbench,
  page,
}) => {
  writeRows(workbench.server.folder);
  await workbench.open(name);
  const { preview } = workbench;
  await expect(preview.locator('.open-count')).toHaveText('2 of 2 figures to review');
  // Least sure first.
  await expect(preview.locator('h1')).toHaveText('Paper unsure');
  await expect(preview.locator('mark').first()).toHaveText('COVID-19');
  await preview.locator('body').click({ position: { x: 5, y: 5 } });
  await page.keyboard.press('Tab');
  // Faster than the file is written.
  for (const label of '123123123123132') await page.keyboard.press(label);
  await expect(page.locator('.tab.dirty')).toHaveCount(0);
  await expect(preview.getByRole('alert')).toHaveCount(0);
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
  await page.keyboard.press('a');
  await expect.poll(() => rowsOf(workbench)[1]?.state).toBe('accepted');
  await expect(preview.locator('h1')).toHaveText('Paper sure');
  await page.keyboard.press('s');
  await expect.poll(() => rowsOf(workbench)[0]?.state).toBe('skipped');
  await expect(preview.locator('.open-count')).toHaveText('0 of 2 figures to review');
});

test('decisions after an undo are saved, though VS Code is not told that the file has changed', async ({
  workbench,
  page,
}) => {
  workbench.set({ 'files.watcherExclude': { '**': true } });
  const file = join(workbench.server.folder, name);
  writeRows(workbench.server.folder);
  // A file that takes a while to write.
  const filler = Array.from({ length: 500 }, (_, i) => ({
    ...row(`filler-${i}`, [panel('0', 0, {})]),
    caption: 'Chest CT. '.repeat(200),
  }));
  writeFileSync(file, readFileSync(file, 'utf8') + formatReview(filler));
  const before = readFileSync(file, 'utf8');
  await workbench.open(name);
  const { preview } = workbench;
  await expect(preview.locator('h1')).toHaveText('Paper unsure');
  await preview.locator('body').click({ position: { x: 5, y: 5 } });
  await page.keyboard.press('Tab');
  const label = preview.locator('.tag-text').first();
  for (let i = 0; i < 3; i++) {
    await page.keyboard.press('2');
    await expect(label).toHaveText('Negative');
    await page.keyboard.press('Control+z');
    await expect(label).toHaveText('Unsure');
  }
  await expect.poll(() => readFileSync(file, 'utf8') === before).toBe(true);
  await expect(page.locator('.tab.dirty')).toHaveCount(0);
  await page.keyboard.press('1');
  await expect.poll(() => rowsOf(workbench)[1]?.panels[0]?.label).toBe('positive');
  await expect(page.locator('.tab.dirty')).toHaveCount(0);
  await expect(preview.getByRole('alert')).toHaveCount(0);
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

test(
  'papers that were extracted are reviewed next to their page, and the manifest has the decisions',
  { tag: '@screenshot' },
  async ({ workbench, page }) => {
    const pdfs = mkdtempSync(join(tmpdir(), 'gg-papers-'));
    const out = workbench.server.folder;
    writeFileSync(
      join(pdfs, 'lung-2020-01.pdf'),
      await madeArticle('Chest CT of pneumonia in the first weeks of 2020', [
        {
          phantoms: [1, 4, 8],
          caption:
            'Figure 1. Axial chest CT of three patients. (A) A 52-year-old man with confirmed COVID-19 on day 6 after symptom onset shows bilateral ground-glass opacities. (B) A 61-year-old woman with bacterial pneumonia. (C) A healthy control.',
        },
        {
          phantoms: [3, 5],
          caption:
            'Figure 2. Chest CT of a 44-year-old woman with suspected COVID-19 at admission, and of a second patient.',
        },
      ]),
    );
    writeFileSync(
      join(pdfs, 'rounds-17.pdf'),
      await madeArticle('Case rounds: fever after a journey', [
        {
          phantoms: [6],
          caption: 'Figure 1. Chest CT of a 38-year-old man who came back from Wuhan.',
        },
        {
          phantoms: [7, 9],
          caption:
            'Figure 2. Chest CT on day 3 and on day 9 after symptom onset in two patients with COVID-19.',
        },
      ]),
    );
    const command = join(import.meta.dirname, '../../trainer/bin/groundglass-trainer.mjs');
    const extract = (): void => {
      execFileSync(process.execPath, [command, 'dataset', 'extract', pdfs, '--out', out], {
        stdio: 'ignore',
      });
    };
    extract();
    workbench.set({ 'workbench.colorTheme': 'Default Dark Modern' });
    await workbench.open(name);
    const { preview } = workbench;
    await expect(preview.locator('.open-count')).toHaveText('4 of 4 figures to review');
    // Certain rows come last.
    const queue = preview.locator('.queue button');
    await queue.filter({ hasText: 'lung-2020-01' }).filter({ hasText: 'fig. 1' }).click();
    await expect(preview.locator('.sheet .place')).toHaveCount(1);
    await expect(preview.locator('.tag-text')).toHaveText([
      'A Positive',
      'B Negative',
      'C Negative',
    ]);
    await expect(preview.locator('.caption mark').first()).toHaveText('52-year-old');
    for (const image of await preview.locator('img').all())
      await expect
        .poll(() => image.evaluate((img: HTMLImageElement) => img.naturalWidth))
        .toBeGreaterThan(0);
    // Outlines match the picture, whatever its shape.
    const [picture, outlines] = await Promise.all(
      ['.stage img', '.stage svg'].map((part) => preview.locator(part).boundingBox()),
    );
    expect(outlines).toEqual(picture);
    expect(picture!.width / picture!.height).toBeCloseTo(
      await preview
        .locator('.stage img')
        .evaluate((image: HTMLImageElement) => image.naturalWidth / image.naturalHeight),
      1,
    );
    const screenshots = join(import.meta.dirname, '../test-output/screenshots');
    mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: join(screenshots, 'vscode-review.png') });
    const written = () => readFileSync(join(out, name), 'utf8');
    const before = written();
    await preview.locator('h1').click();
    await page.keyboard.press('Tab');
    await page.keyboard.press('3');
    await expect(preview.locator('.tag-text').first()).toHaveText('A Unsure');
    await expect.poll(written).not.toBe(before);
    // Undo, as everywhere in VS Code, then the same again.
    await page.keyboard.press('Control+z');
    await expect(preview.locator('.tag-text').first()).toHaveText('A Positive');
    // It is saved automatically, like decisions.
    await expect.poll(written).toBe(before);
    await expect(page.locator('.tab.dirty')).toHaveCount(0);
    await page.keyboard.press('2');
    await expect(preview.locator('.tag-text').first()).toHaveText('A Negative');
    await page.keyboard.press('a');
    await expect(preview.locator('.open-count')).toHaveText('3 of 4 figures to review');
    await expect(page.locator('.tab.dirty')).toHaveCount(0);
    extract();
    const samples = readFileSync(join(out, 'samples.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { label: string; meta: Record<string, unknown> });
    expect(samples.find(({ meta }) => meta.panel === 'A')).toMatchObject({
      label: 'non-covid',
      meta: { decidedBy: 'person' },
    });
    rmSync(pdfs, { recursive: true });
  },
);
