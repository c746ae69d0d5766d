import { expect, test, type Page } from '@playwright/test';
import type {} from '../src/index.js';
import { openPage } from './open-page.js';
import { openChest, predictChest } from './volumes.js';

const viewState = (page: Page) =>
  page.evaluate(() => document.querySelector('groundglass-viewer')!.viewState);

/** Collects the names of the events that the viewer sends. */
async function recordEvents(page: Page, ...types: string[]): Promise<() => Promise<string[]>> {
  await page.evaluate((names) => {
    const seen: string[] = [];
    for (const name of names) {
      document.querySelector('groundglass-viewer')!.addEventListener(name, () => seen.push(name));
    }
    Object.assign(globalThis, { seen });
  }, types);
  return () => page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
}

test.beforeEach(async ({ page }) => {
  await openPage(page);
});

test('slices change by wheel, keys, slider and the strip', async ({ page }) => {
  await openChest(page);
  await predictChest(page);
  const slider = page.getByRole('slider', { name: 'Slice', exact: true });
  await expect(slider).toHaveAttribute('aria-valuetext', /^Slice 12 of 24, probability/);
  await page.locator('.surface').hover();
  await page.mouse.wheel(0, 100);
  await expect(slider).toHaveValue('13');
  await page.locator('.surface').focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect(slider).toHaveValue('11');
  await page.keyboard.press('PageDown');
  await expect(slider).toHaveValue('21');
  await page.keyboard.press('Home');
  await expect(slider).toHaveValue('1');
  await page.keyboard.press('End');
  await expect(slider).toHaveValue('24');
  await slider.press('ArrowLeft');
  await expect(slider).toHaveValue('23');
  const strip = (await page.locator('.strip').boundingBox())!;
  await page.mouse.click(strip.x + strip.width * 0.25, strip.y + 10);
  await expect(slider).toHaveValue('7');
});

test('windows are picked by name and number, and dragged', async ({ page }) => {
  await openChest(page);
  await expect(page.getByRole('button', { name: 'Lung', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await page.getByRole('button', { name: 'From file' }).click();
  expect((await viewState(page)).window).toMatchObject({ center: 50, width: 350 });
  await page.locator('.surface').focus();
  await page.keyboard.press('2');
  await expect(page.getByLabel('Centre')).toHaveValue('40');
  await page.getByLabel('Width').fill('1000');
  await page.getByLabel('Width').press('Enter');
  expect((await viewState(page)).window).toEqual({ center: 40, width: 1000 });
  const box = (await page.locator('.surface').boundingBox())!;
  await page.mouse.move(box.x + 300, box.y + 300);
  await page.mouse.down({ button: 'right' });
  await page.mouse.move(box.x + 350, box.y + 300);
  await page.mouse.up({ button: 'right' });
  // 50 CSS pixels at 1000 / 500 HU each
  expect((await viewState(page)).window).toEqual({ center: 40, width: 1100 });
});

test('the picture is zoomed at the pointer, panned, fitted and shown one to one', async ({
  page,
}) => {
  await openChest(page);
  await page.locator('.surface').hover();
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -100);
  await page.keyboard.up('Control');
  const zoomed = await viewState(page);
  expect(zoomed.zoom).not.toBe('fit');
  const box = (await page.locator('.surface').boundingBox())!;
  await page.mouse.move(box.x + 300, box.y + 300);
  await page.mouse.down();
  await page.mouse.move(box.x + 340, box.y + 300);
  await page.mouse.up();
  const panned = await viewState(page);
  expect(panned.centre![0]).toBeCloseTo(zoomed.centre![0] - 40 / (panned.zoom as number), 3);
  await page.getByRole('button', { name: /^One to one/ }).click();
  expect((await viewState(page)).zoom).toBe(1);
  await page.locator('.surface').dblclick();
  expect((await viewState(page)).zoom).toBe('fit');
});

test('the value and the position under the pointer are read from the pixels', async ({ page }) => {
  await openChest(page, { truth: false });
  const box = (await page.locator('.surface').boundingBox())!;
  // The middle of a fitted slice is pixel (128, 128), inside of the mediastinum (60 HU before texture) at 1.4 mm a pixel.
  await page.mouse.move(box.x + box.width / 2 + 1, box.y + box.height / 2 + 1);
  await expect(page.locator('.reading-probe')).toContainText('128, 128');
  await expect(page.locator('.reading-probe')).toContainText('0.0, 0.0, -5.0 mm');
  await expect(page.locator('.reading-probe')).toContainText('HU');
  await expect(page.locator('.stage .letter-left')).toHaveText('R');
  await expect(page.locator('.stage .letter-top')).toHaveText('A');
});

test('the prediction is shown in words, with the model and what it saw', async ({ page }) => {
  await openChest(page);
  await predictChest(page, { trained: false });
  const panel = page.locator('.panel');
  await expect(panel).toContainText('87.3 %');
  await expect(panel).toContainText('COVID-19, at or above the threshold of 50 %');
  await expect(panel).toContainText('thorax-net 1, not trained');
  await expect(panel).toContainText('The model is not trained: its probabilities mean nothing.');
  await expect(page.getByRole('meter')).toHaveAttribute('aria-valuenow', '0.873');
  await expect(page.getByText('Research use, not for diagnosis')).toBeVisible();
  await page.getByRole('button', { name: 'Show or hide the side panel' }).click();
  await expect(panel).toBeHidden();
  await expect(page.getByText('Research use, not for diagnosis')).toBeVisible();
});

test('the mask is compared with the ground truth and switched with one key', async ({ page }) => {
  await openChest(page);
  await predictChest(page);
  const dice = page.locator('.dice');
  await expect(dice).toHaveText(/^Dice, this slice: 0\.\d{3}$/);
  await expect(page.locator('.legend')).toHaveText(/Found.*False alarm.*Missed/);
  await page.locator('.surface').focus();
  await page.keyboard.press('g');
  await expect(page.locator('.legend')).toHaveText('Lesion');
  await page.keyboard.press('m');
  expect((await viewState(page)).maskVisible).toBe(false);
  await expect(page.locator('.legend li')).toHaveCount(0);
  await page.keyboard.press('m');
  await page.keyboard.press('c');
  await page.keyboard.press('[');
  expect(await viewState(page)).toMatchObject({
    maskVisible: true,
    maskStyle: 'contour',
    maskOpacity: 0.55,
  });
});

test('the probability refers to the label that the model detects', async ({ page }) => {
  await openChest(page);
  await predictChest(page);
  await expect(page.getByText('Probability of COVID-19, whole volume')).toBeVisible();
  await predictChest(page, { positive: 'tumour' });
  await expect(page.getByText('Probability of tumour, whole volume')).toBeVisible();
  await expect(page.locator('.verdict')).toHaveText('tumour, at or above the threshold of 50 %');
  await expect(page.getByRole('meter', { name: 'Probability of tumour' })).toBeVisible();
});

test('a prediction is requested, shows its progress, and is cancelled', async ({ page }) => {
  await openChest(page);
  const events = await recordEvents(page, 'requestprediction', 'cancelprediction');
  await page.getByRole('button', { name: 'Predict' }).click();
  await page.evaluate(() => {
    document.querySelector('groundglass-viewer')!.prediction = {
      kind: 'running',
      done: 3,
      total: 24,
      slices: [{ index: 2, probability: 0.4, lesionFraction: 0.1, counted: true }],
    };
  });
  await expect(page.getByText('Computing, 3 of 24 slices')).toBeVisible();
  await expect(page.locator('.strip')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  expect(await events()).toEqual(['requestprediction', 'cancelprediction']);
});

test('a failed prediction says why and does not affect the picture', async ({ page }) => {
  await openChest(page);
  await page.evaluate(() => {
    document.querySelector('groundglass-viewer')!.prediction = {
      kind: 'failed',
      error: { code: 'CT_UNREACHABLE', message: 'Expected an answer from the server, got none' },
    };
  });
  await expect(page.getByRole('alert')).toHaveText('Expected an answer from the server, got none');
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  await expect(page.locator('.surface canvas')).toBeVisible();
});

test('an error shows its title, sentence, advice and code, and can be retried', async ({
  page,
}) => {
  const events = await recordEvents(page, 'retry');
  await page.evaluate(() => {
    document.querySelector('groundglass-viewer')!.fail({
      code: 'CT_TRUNCATED',
      message: 'Expected 512 bytes from offset 0, the file has 12 bytes',
    });
  });
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('The file ends too early');
  await expect(alert).toContainText('the file has 12 bytes');
  await expect(alert).toContainText('Copy or download the file again.');
  await expect(alert).toContainText('CT_TRUNCATED');
  await alert.getByRole('button', { name: 'Try again' }).click();
  expect(await events()).toEqual(['retry']);
});

test('patient identifiers are hidden until the user shows them, and metadata is searched', async ({
  page,
}) => {
  await openChest(page);
  const table = page.locator('table');
  await expect(table).toContainText("Patient's Name");
  await expect(table).not.toContainText('Doe^Jane');
  await page.getByRole('switch', { name: 'Hide patient identifiers' }).uncheck();
  await expect(table).toContainText('Doe^Jane');
  await page.getByRole('searchbox').fill('kernel');
  await expect(page.locator('tbody tr')).toHaveText(['Convolution KernelSTANDARD']);
});

test('responses that arrive after the user has scrolled on are dropped', async ({ page }) => {
  await page.evaluate(() => {
    const painted: number[] = [];
    document.querySelector('groundglass-viewer')!.addEventListener('slicepainted', (event) => {
      painted.push(event.detail.index);
    });
    Object.assign(globalThis, { painted });
  });
  await openChest(page, { delay: 400 });
  await page.locator('.surface').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('End');
  await expect(page.locator('.surface')).toHaveAttribute('aria-busy', 'true');
  await expect(page.locator('.surface')).toHaveAttribute('aria-busy', 'false');
  // Longer than the response for slice 0 takes, which was requested first.
  await page.waitForTimeout(600);
  const painted = await page.evaluate(
    () => (globalThis as unknown as { painted: number[] }).painted,
  );
  expect(painted.filter((index) => index !== 11)).toEqual([23]);
});

test('the neighbours of a slice are fetched once it is on the screen, not before', async ({
  page,
}) => {
  const seen = await page.evaluate(async () => {
    const events: string[] = [];
    const viewer = document.querySelector('groundglass-viewer')!;
    viewer.addEventListener('slicepainted', ({ detail }) => events.push(`painted ${detail.index}`));
    const flat = { columns: 2, rows: 2, unit: 'HU' } as const;
    viewer.open(
      {
        ...{ title: 'flat', format: 'metaimage', sliceCount: 24, ...flat },
        ...{ pixelSpacing: undefined, geometry: undefined },
        ...{ windows: [], warnings: [], metadata: [] },
      },
      {
        slice: (index) => {
          events.push(`asked ${index}`);
          return Promise.resolve({ index, ...flat, pixels: new Float32Array(4) });
        },
      },
    );
    while (events.length < 7) await new Promise((resolve) => requestAnimationFrame(resolve));
    return events;
  });
  // The next one first, then the one before, then those after the next.
  expect(seen).toEqual([
    'asked 11',
    'painted 11',
    ...[12, 10, 13, 14, 15].map((at) => `asked ${at}`),
  ]);
});

test('the list of keys opens with ? and closes with Escape', async ({ page }) => {
  await openChest(page);
  await page.locator('.surface').focus();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('a saved state is restored', async ({ page }) => {
  await openChest(page);
  await page.locator('.surface').focus();
  for (const key of ['End', '3', 'i', 'c']) await page.keyboard.press(key);
  const kept = await viewState(page);
  await openPage(page);
  await openChest(page);
  await page.evaluate((state) => {
    document.querySelector('groundglass-viewer')!.viewState = state;
  }, kept);
  expect(await viewState(page)).toEqual(kept);
  await expect(page.getByRole('slider', { name: 'Slice', exact: true })).toHaveValue('24');
});
