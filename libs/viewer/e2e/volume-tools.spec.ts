import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import type {} from '../src/index.js';
import { openPage } from './open-page.js';
import { openChest, predictChest } from './volumes.js';

const screenshots = join(import.meta.dirname, '../test-output/screenshots');
const viewState = (page: Page) =>
  page.evaluate(() => document.querySelector('groundglass-viewer')!.viewState);
const plane = (page: Page, name: 'coronal' | 'sagittal') => page.locator(`[data-plane=${name}]`);

/** The last detail of an event, with the first bytes as a list. */
async function lastDetail(page: Page, type: string): Promise<() => Promise<unknown>> {
  await page.evaluate((name) => {
    document.querySelector('groundglass-viewer')!.addEventListener(name, (event) => {
      const { detail } = event as CustomEvent<Record<string, unknown>>;
      Object.assign(globalThis, {
        lastDetail: {
          ...detail,
          ...('bytes' in detail && { bytes: [...(detail.bytes as Uint8Array).subarray(0, 4)] }),
        },
      });
    });
  }, type);
  return () => page.evaluate(() => (globalThis as unknown as { lastDetail: unknown }).lastDetail);
}

test.beforeEach(async ({ page }) => {
  await openPage(page);
});

test('coronal and sagittal planes follow the crosshair, and the crosshair follows them', async ({
  page,
}) => {
  await openChest(page);
  await predictChest(page);
  await page.locator('.surface').focus();
  await page.keyboard.press('x');
  await expect(plane(page, 'coronal')).toHaveAttribute('aria-label', /^Coronal 129 of 256/);
  await expect(plane(page, 'sagittal')).toHaveAttribute('aria-busy', 'false');
  // 24 slices of 5 mm, head on top: the top row of a coronal plane is slice 24.
  const box = (await plane(page, 'coronal').boundingBox())!;
  const form = { width: 256 * 1.4, height: 24 * 5 };
  const scale = Math.min(box.width / form.width, box.height / form.height);
  const top = box.y + (box.height - form.height * scale) / 2;
  const left = box.x + (box.width - form.width * scale) / 2;
  await page.mouse.click(left + 100.5 * 1.4 * scale, top + 3.5 * 5 * scale);
  expect(await viewState(page)).toMatchObject({ slice: 20, cross: [100, 128] });
  await expect(plane(page, 'sagittal')).toHaveAttribute('aria-label', /^Sagittal 101 of 256/);
  // The wheel moves the plane itself: one row back.
  await page.mouse.wheel(0, 100);
  await expect(plane(page, 'coronal')).toHaveAttribute('aria-label', /^Coronal 130 of 256/);
  // Keys, with the plane focused: up is towards the head.
  await plane(page, 'sagittal').focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('PageDown');
  expect(await viewState(page)).toMatchObject({ slice: 21, cross: [101, 130] });
  // A click on the slice moves both planes; a drag still pans.
  await page.locator('.surface').click({ position: { x: 200, y: 300 } });
  const { cross } = await viewState(page);
  await expect(plane(page, 'coronal')).toHaveAttribute(
    'aria-label',
    new RegExp(`^Coronal ${cross![1] + 1} of 256`),
  );
  await expect(page.locator('.surface ~ svg .cross, .stage svg .cross')).toHaveCount(2);
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, 'planes.png') });
  await page.keyboard.press('x');
  await expect(plane(page, 'coronal')).toBeHidden();
});

test('the planes show the values of the volume', async ({ page }) => {
  await openChest(page);
  await page.evaluate(() => {
    const viewer = document.querySelector('groundglass-viewer')!;
    viewer.viewState = { ...viewer.viewState, planes: true, cross: [128, 188], slice: 12 };
  });
  await expect(plane(page, 'coronal')).toHaveAttribute('aria-busy', 'false');
  const grey = await plane(page, 'coronal').evaluate(async (surface) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    const canvas = surface.querySelector('canvas')!;
    const { width, height } = canvas;
    const data = canvas.getContext('2d')!.getImageData(0, 0, width, height).data;
    const at = (x: number) => data[4 * (Math.floor(height / 2) * width + Math.floor(x))]!;
    // 256 columns of 1.4 mm fill the width: the spinal canal (45 HU and so nearly white) in the middle, air at the edge.
    return { middle: at(width / 2), edge: at(2) };
  });
  expect(grey.middle).toBeGreaterThan(220);
  expect(grey.edge).toBeLessThan(80);
});

test('a ruler measures millimetres, a region its mean, and both stay with their slice', async ({
  page,
}) => {
  await openChest(page);
  const box = (await page.locator('.surface').boundingBox())!;
  await page.locator('.surface').focus();
  await page.keyboard.press('r');
  const drag = async (from: [number, number], to: [number, number]) => {
    await page.mouse.move(box.x + from[0], box.y + from[1]);
    await page.mouse.down();
    await page.mouse.move(box.x + to[0], box.y + to[1], { steps: 4 });
    await page.mouse.up();
  };
  await drag([200, 200], [300, 200]);
  const scale = Math.min(box.width, box.height) / 256;
  const list = page.locator('.measurements li');
  await expect(list).toHaveCount(1);
  const measured = Number(/([\d.]+) mm$/.exec((await list.innerText()).trim())![1]);
  // 100 CSS pixels over pixels of 1.4 mm
  expect(Math.abs(measured - (100 / scale) * 1.4)).toBeLessThan(0.2);
  await page.locator('.surface').focus();
  await page.keyboard.press('e');
  // A circle of 12 pixels in the mediastinum around (140, 112), whose tissue is 60 HU and a texture of ±17.
  const middle = [
    box.width / 2 + (140 - 128) * scale,
    box.height / 2 + (112 - 128) * scale,
  ] as const;
  await drag(
    [middle[0] - 12 * scale, middle[1] - 12 * scale],
    [middle[0] + 12 * scale, middle[1] + 12 * scale],
  );
  await expect(list).toHaveCount(2);
  const [, mean, area] = /mean ([-\d.]+) HU, SD [\d.]+ HU, area ([\d.]+) mm²/.exec(
    await list.nth(1).innerText(),
  )!;
  expect(Math.abs(Number(mean) - 60)).toBeLessThan(6);
  // π · (12 · 1.4)²
  expect(Math.abs(Number(area) - 886.7)).toBeLessThan(25);
  await expect(page.locator('.histogram')).toHaveAttribute('aria-label', /^Histogram of region 2/);
  await page.screenshot({ path: join(screenshots, 'measure.png') });
  await page.keyboard.press('ArrowDown');
  await expect(list).toHaveCount(0);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Delete');
  await expect(list).toHaveCount(1);
  const copied = await lastDetail(page, 'copytext');
  await list.getByRole('button', { name: 'Copy measurement 1' }).click();
  expect(await copied()).toEqual({ text: `${measured.toFixed(1)} mm` });
});

test('the value under the pointer is copied', async ({ page }) => {
  await openChest(page);
  const copied = await lastDetail(page, 'copytext');
  await page.locator('.surface').focus();
  await page.locator('.surface').hover();
  await page.keyboard.press('Control+c');
  expect((await copied()) as { text: string }).toMatchObject({
    text: /^-?\d+(\.\d+)? HU {3}\d+, \d+/,
  });
});

test('a mask of classes shows them in colours with a legend', async ({ page }) => {
  await openChest(page, { classes: true });
  await expect(page.locator('.legend li')).toHaveText(['Class 1', 'Class 2']);
  await page.locator('.surface').focus();
  await page.keyboard.press('l');
  await expect(page.locator('.legend li')).toHaveText(['Ground truth']);
});

test('the view and the mask are saved', async ({ page }) => {
  await openChest(page);
  await expect(page.getByRole('button', { name: 'Mask as NIfTI' })).toBeDisabled();
  await predictChest(page);
  const saved = await lastDetail(page, 'savefile');
  const kinds = [
    ['View as PNG', 'chest-phantom-12.view.png', [0x89, 0x50, 0x4e, 0x47]],
    ['Mask of this slice as PNG', 'chest-phantom-12.mask.png', [0x89, 0x50, 0x4e, 0x47]],
    ['Mask as NIfTI', 'chest-phantom.mask.nii', [0x5c, 1, 0, 0]],
    ['Mask as DICOM SEG', 'chest-phantom.seg.dcm', [0, 0, 0, 0]],
  ] as const;
  for (const [button, name, start] of kinds) {
    await page.getByRole('button', { name: button, exact: true }).click();
    await expect
      .poll(async () => ((await saved()) as { name?: string } | undefined)?.name)
      .toBe(name);
    expect(((await saved()) as { bytes: number[] }).bytes.slice(0, 4)).toEqual([...start]);
  }
});

test('a file of several volumes offers them', async ({ page }) => {
  const chosen = await lastDetail(page, 'timepoint');
  await page.evaluate(() => {
    const viewer = document.querySelector('groundglass-viewer')!;
    viewer.open(
      {
        ...{ title: 'phases', format: 'nifti', columns: 2, rows: 2, sliceCount: 1, unit: 'HU' },
        ...{
          pixelSpacing: undefined,
          geometry: undefined,
          windows: [],
          warnings: [],
          metadata: [],
        },
        timePoint: { index: 1, count: 3 },
      },
      {
        slice: (index) =>
          Promise.resolve({ index, columns: 2, rows: 2, unit: 'HU', pixels: new Float32Array(4) }),
      },
    );
  });
  const list = page.getByLabel('Volume of the file');
  await expect(list).toHaveValue('1');
  await list.selectOption('Volume 3 of 3');
  expect(await chosen()).toEqual({ index: 2 });
});

test('the known label is shown next to the verdict, and says whether it differs', async ({
  page,
}) => {
  await openChest(page);
  await predictChest(page);
  await page.evaluate(() => {
    document.querySelector('groundglass-viewer')!.known = {
      ...{ label: 'non-covid', split: 'test', patient: 'p7', differs: true },
    };
  });
  await expect(page.locator('.known')).toHaveText(
    'Known label: Not COVID-19. It differs from the answer. Split: test. Patient: p7.',
  );
});
