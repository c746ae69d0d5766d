import { expect, test, type Locator, type Page } from '@playwright/test';
import { accessibilityFindings } from '../../../playwright.axe.mjs';
import type {} from '../src/gallery/index.js';
import { facts, result, row } from '../src/gallery/gallery-rows.fixture.js';
import type { GalleryRow } from '../src/gallery/packed-rows.js';
import { galleryEvents, openGallery } from './open-gallery.js';

/** A phantom dataset of three classes, every seventh answer wrong, every eleventh withheld. */
function phantomRows(count: number): GalleryRow[] {
  const labels = ['normal', 'pneumonia', 'covid'];
  return Array.from({ length: count }, (_, at) => {
    const label = labels[at % 3]!;
    const split = ['train', 'val', 'test'][Math.floor(at / 3) % 3]!;
    const isPositive = label === 'covid';
    const sure = 0.55 + ((at * 37) % 400) / 1000;
    const probability = isPositive === (at % 7 !== 0) ? sure : 1 - sure;
    const withheld = at % 11 === 10;
    return row(`${label}/slice-${at}.png`, {
      label,
      split,
      patient: `p${Math.floor(at / 4)}`,
      format: at % 5 === 0 ? 'jpeg' : 'png',
      findings: at % 13 === 12 ? ['wrong-ending'] : [],
      result: result(probability, {
        lesionFraction: (at % 40) / 100,
        ...(withheld ? { label: null, withheld: ['NO_LUNG'] } : {}),
      }),
      second: result(at % 4 === 0 ? 1 - probability : probability),
    });
  });
}

const phantomFacts = {
  ...facts,
  title: 'phantoms',
  labels: ['normal', 'pneumonia', 'covid'],
  model: { ...facts.model!, name: 'groundglass 2' },
  baselines: [{ name: 'file format', split: 'test', accuracy: 0.61, auc: 0.58 }],
};

const open = (page: Page, count = 240, more: object = {}) =>
  openGallery(page, phantomRows(count), { ...phantomFacts, ...more });

const shown = (page: Page) => page.locator('.footer [role=status]').first();

/** Waits until there are such elements and each has the text: the gallery redraws one frame after a request. */
async function expectAll(elements: Locator, text: RegExp): Promise<void> {
  await expect(elements.first()).toHaveText(text);
  await expect(elements.filter({ hasNotText: text })).toHaveCount(0);
}

test('the most wrong come first, and a cell of the matrix shows its pictures', async ({ page }) => {
  await open(page);
  await expect(shown(page)).toHaveText('240 of 240 pictures');
  await page.getByLabel('Sort by').selectOption('Most wrong');
  await expect(page.locator('.tile').first()).toHaveAttribute('data-wrong', 'true');
  const cell = page.getByRole('button', {
    name: /pictures with the label normal and the answer covid/,
  });
  const count = await cell.textContent();
  expect(Number(count)).toBeGreaterThan(0);
  await cell.click();
  await expect(shown(page)).toHaveText(`${count!} of 240 pictures`);
  await expectAll(page.locator('.tile-verdict'), /^\d+\.\d % · normal → covid$/);
  // The matrix still covers all of them.
  await expect(cell).toHaveText(count!);
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await expect(shown(page)).toHaveText('240 of 240 pictures');
});

test('the threshold changes matrix, scores and tiles, and can be reset to the model’s', async ({
  page,
}) => {
  await open(page);
  const cells = page.locator('.matrix td button');
  await expect(cells).toHaveCount(9);
  const before = await cells.allTextContents();
  const slider = page.getByLabel('Threshold');
  await slider.focus();
  await page.keyboard.press('End');
  await expect(page.locator('.threshold .slider-value')).toHaveText('1.000');
  await expect.poll(() => cells.allTextContents()).not.toEqual(before);
  await page.getByRole('button', { name: 'As scored' }).click();
  await expect(cells).toHaveText(before);
});

test('a withheld answer is shown as none, without its probability', async ({ page }) => {
  await open(page);
  await page.getByLabel('NO_LUNG').check();
  await expect(shown(page)).toHaveText('21 of 240 pictures');
  await expectAll(page.locator('.tile-verdict'), /^\w+ → No answer$/);
});

test('filters set faster than the page is drawn all apply', async ({ page }) => {
  await open(page);
  await expect(shown(page)).toHaveText('240 of 240 pictures');
  const boxes = page.locator('.facets input');
  await expect(boxes.and(page.locator('[data-value="split:test"]'))).toHaveCount(1);
  // One task, so no frame between the clicks.
  await boxes.evaluateAll((all) => {
    for (const value of ['label:normal', 'label:covid', 'split:test', 'label:normal'])
      (all as HTMLInputElement[]).find((box) => box.dataset.value === value)!.click();
  });
  // Every third row is covid, every third group of three is in the test split.
  await expect(shown(page)).toHaveText('26 of 240 pictures');
});

test('text typed while 100,000 rows are still loading stays, filters, and keeps the focus', async ({
  page,
}) => {
  const field = page.getByRole('searchbox');
  await openGallery(page, phantomRows(100_000), phantomFacts, async () => {
    await page.evaluate(() => {
      const filter = { facets: { label: ['covid'] } };
      document.querySelector('groundglass-gallery')!.state = { filter };
    });
    await field.click();
    await page.keyboard.type('slice-9');
  });
  // As a host does once its first rows are there; keys must not end up in the grid.
  await page.evaluate(() => {
    document.querySelector('groundglass-gallery')!.focus();
  });
  await page.keyboard.type('9998');
  await expect(field).toHaveValue('slice-99998');
  await expect(shown(page)).toHaveText('1 of 100000 pictures');
  await field.fill('slice-99999');
  // Its label is normal: the kept filter applies too.
  await expect(shown(page)).toHaveText('0 of 100000 pictures');
});

test('without a second results file nothing is sorted or filtered by the difference', async ({
  page,
}) => {
  await openGallery(page, phantomRows(240), phantomFacts, async () => {
    await page.evaluate(() => {
      const [sort, filter] = [{ key: 'difference', descending: true }, { isDifferent: true }];
      document.querySelector('groundglass-gallery')!.state = { sort, filter };
    });
  });
  await expect(page.getByLabel('Sort by')).toHaveValue('given');
  await expect(page.getByRole('button', { name: 'Clear the filter' })).toBeDisabled();
});

test('a table wider than its container scrolls with its head, next to the scores', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1000, height: 700 });
  await open(page);
  await page.getByRole('button', { name: 'Table', exact: true }).click();
  const last = page.locator('.line').first().locator('> :last-child');
  await expect(last).toBeAttached();
  const [stage, panel] = [page.locator('.stage'), page.locator('.panel')];
  const edge = (part: Locator) => part.evaluate((at) => at.getBoundingClientRect().right);
  expect(await edge(stage)).toBeLessThanOrEqual((await panel.boundingBox())!.x + 1);
  const rows = page.locator('.rows');
  expect(await edge(last)).toBeGreaterThan(await edge(stage));
  await rows.evaluate((list) => {
    list.scrollLeft = list.scrollWidth;
  });
  await expect.poll(() => edge(last)).toBeLessThanOrEqual(await edge(stage));
  const left = (part: Locator) => part.evaluate((at) => at.getBoundingClientRect().left);
  const head = page.locator('.table-head > :first-child');
  const cell = page.locator('.line').first().locator('> :first-child');
  await expect.poll(async () => Math.abs((await left(head)) - (await left(cell)))).toBeLessThan(2);
});

test('a wrong answer does not hide the audit’s findings', async ({ page }) => {
  await open(page);
  await expect(shown(page)).toHaveText('240 of 240 pictures');
  await page.getByPlaceholder('Filter by name').fill('slice-77');
  await expect(shown(page)).toHaveText('2 of 240 pictures');
  const tile = page.locator('.tile', { has: page.getByText('slice-77.png', { exact: true }) });
  await expect(tile.locator('.badge')).toHaveText([/^! /, 'wrong-ending']);
});

test('in a narrower window no tile is cut off', async ({ page }) => {
  await open(page);
  await expect(page.locator('.tile').first()).toBeVisible();
  const sizes = page.viewportSize()!;
  await page.setViewportSize({ ...sizes, width: sizes.width - 170 });
  const outside = () =>
    page.locator('.rows').evaluate((rows) => {
      const { right } = rows.getBoundingClientRect();
      const tiles = [...rows.querySelectorAll('.tile')];
      return tiles.filter((tile) => tile.getBoundingClientRect().right > right).length;
    });
  await expect.poll(outside).toBe(0);
});

test('filters narrow, headings stay, and text finds', async ({ page }) => {
  await open(page);
  await page.getByLabel('Headings').selectOption('Split and class');
  await expect(page.locator('.heading.sticky')).toHaveText('train · covid (27)');
  await page.locator('.rows').evaluate((list) => {
    list.scrollTop = list.scrollHeight;
  });
  await expect(page.locator('.heading.sticky')).toHaveText(/^test · /);
  await page.keyboard.press('/');
  await page.getByPlaceholder('Filter by name').fill('pneum slice-23');
  await expect(shown(page)).toHaveText(/^\d+ of 240/);
  await expectAll(page.locator('.tile-name'), /23/);
});

test('the keyboard alone selects, opens, resizes, copies and changes the layout', async ({
  page,
}) => {
  await open(page);
  await expect(page.locator('.tile').first()).toBeVisible();
  await page.locator('.rows').focus();
  for (const key of ['Home', 'ArrowRight', 'Shift+ArrowRight']) await page.keyboard.press(key);
  await expect(page.locator('.footer')).toContainText('2 selected');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+c');
  const events = await galleryEvents(page);
  expect(events.slice(-2)).toEqual([
    {
      type: 'openrows',
      // All rows in displayed order, used to find the next one.
      detail: {
        rows: [1, 2],
        how: 'here',
        order: Uint32Array.from({ length: 240 }, (_, row) => row),
      },
    },
    { type: 'copypaths', detail: { rows: [1, 2] } },
  ]);
  const width = () =>
    page
      .locator('.tile')
      .first()
      .evaluate((tile) => tile.clientWidth);
  const before = await width();
  await page.keyboard.press('+');
  await expect.poll(width).toBeGreaterThan(before);
  await page.keyboard.press('t');
  await expect(page.locator('.line').first()).toBeVisible();
  await page.keyboard.press('Control+a');
  await expect(page.locator('.footer')).toContainText('240 selected');
  await page.keyboard.press('Escape');
  await expect(page.locator('.of-selection')).toBeHidden();
});

test('two results are compared: differences first, with both tests', async ({ page }) => {
  await open(page, 240, { second: { ...phantomFacts.model, name: 'other 1' } });
  // Both answers are shown at each picture.
  await expectAll(
    page.locator('.tile-verdict'),
    /^(\d+\.\d % · )?\w+ → [\w -]+ \| [\w-]+ \d+\.\d %$/,
  );
  await page.getByRole('button', { name: 'Table', exact: true }).click();
  await expect(page.locator('.table-head')).toContainText('Answer 1 | 2');
  await expectAll(page.locator('.line > :nth-child(3)'), /^(! )?[\w -]+ \| [\w-]+$/);
  await page.getByRole('button', { name: 'Grid', exact: true }).click();
  await page.getByLabel('Sort by').selectOption('Differences');
  await expect(page.locator('.panel')).toContainText(/McNemar, exactp [=<] 0\.\d+/);
  await expect(page.locator('.panel')).toContainText(/DeLong, pairedp [=<] 0\.\d+/);
  await page.getByLabel('Only different answers').check();
  await expect(shown(page)).not.toHaveText('240 of 240 pictures');
});

test('exports cover what is shown: CSV, a self-contained report, a selection', async ({ page }) => {
  await open(page);
  await page.getByLabel('jpeg').check();
  await expect(shown(page)).toHaveText('48 of 240 pictures');
  for (const name of ['Save as CSV …', 'Save a report …', 'Save as a dataset …']) {
    await page.getByRole('button', { name }).click();
  }
  const [csv, report, manifest] = (await galleryEvents(page)).map(
    ({ detail }): unknown => detail,
  ) as [{ text: string }, { text: string }, { rows: number[] }];
  expect(csv.text.trim().split('\r\n')).toHaveLength(49);
  expect(report.text).toContain('Research use, not for diagnosis');
  expect(report.text).toContain('<svg');
  expect(report.text).toContain('data:image/png');
  expect(report.text).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  expect(manifest.rows).toHaveLength(48);
});

test('100,000 pictures: only the visible ones are in the page', async ({ page }) => {
  await open(page, 100_000);
  await expect(shown(page)).toHaveText('100000 of 100000 pictures');
  await page.locator('.rows').evaluate((list) => {
    list.scrollTop = list.scrollHeight / 2;
  });
  await expect(page.locator('.tile[data-painted=true]').first()).toBeVisible();
  expect(await page.locator('.tile').count()).toBeLessThan(120);
  await page.locator('.rows').focus();
  await page.keyboard.press('End');
  await expect(page.locator('.tile[data-focused]')).toContainText('slice-99999.png');
});

test('a picture that cannot be read says so, and the others are there', async ({ page }) => {
  await open(page);
  await page.getByPlaceholder('Filter by name').fill('slice-96.png');
  await expect(page.locator('.tile[data-broken=true]').first()).toHaveAttribute(
    'title',
    'The picture could not be read: The file is gone',
  );
});

for (const theme of ['dark', 'light', 'high-contrast'] as const) {
  for (const layout of ['grid', 'table'] as const) {
    test(`has no accessibility finding and looks right: ${theme}, ${layout}`, async ({ page }) => {
      await page.emulateMedia({
        colorScheme: theme === 'light' ? 'light' : 'dark',
        forcedColors: theme === 'high-contrast' ? 'active' : 'none',
      });
      const errors: string[] = [];
      page.on('pageerror', ({ message }) => errors.push(message));
      await open(page, 240, { second: { ...phantomFacts.model, name: 'other 1' } });
      await page.getByLabel('Headings').selectOption('Split');
      await page.getByLabel('Sort by').selectOption('Most wrong');
      if (layout === 'table') await page.getByRole('button', { name: 'Table' }).click();
      else await expect(page.locator('.tile[data-painted=true]').first()).toBeVisible();
      await page.locator('.rows').focus();
      await page.keyboard.press('Home');
      await page.screenshot({ path: `test-output/screenshots/gallery-${layout}-${theme}.png` });
      expect(await accessibilityFindings(page.mainFrame())).toEqual([]);
      expect(errors).toEqual([]);
    });
  }
}
