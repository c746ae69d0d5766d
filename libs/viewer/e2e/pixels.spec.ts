import { expect, test, type Page } from '@playwright/test';
import type {} from '../src/index.js';
import { openPage } from './open-page.js';
import { openChest, predictChest } from './volumes.js';

// Small, since every value of the picture is passed to the test.
test.use({ viewport: { width: 420, height: 320 } });

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: number[];
}

/** RGBA of the picture's canvas, whichever renderer drew it. */
function readCanvas(page: Page): Promise<Picture> {
  return page.evaluate(() => {
    const viewer = document.querySelector('groundglass-viewer')!;
    const canvas = viewer.shadowRoot!.querySelector<HTMLCanvasElement>('.surface canvas')!;
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d')!;
    copy.drawImage(canvas, 0, 0);
    const { width, height, data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    return { width, height, data: [...data] };
  });
}

function expectSamePicture(picture: Picture, expected: Picture): void {
  expect(picture.data.length).toBe(expected.data.length);
  const off = picture.data.filter((value, at) => Math.abs(value - expected.data[at]!) > 2).length;
  // Rounding may move a rim by one canvas pixel if a pixel's centre is exactly on it.
  expect(off / picture.data.length).toBeLessThan(0.0005);
}

const nextFrames = (page: Page) =>
  page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );

for (const renderer of ['webgl2', 'canvas2d'] as const) {
  test(`${renderer} shows the Hounsfield units of a slice through the lung window`, async ({
    page,
  }) => {
    await openPage(page, `renderer="${renderer}"`);
    await page.evaluate(() => {
      const viewer = document.querySelector('groundglass-viewer')!;
      viewer.open(
        {
          title: 'four pixels',
          format: 'metaimage',
          columns: 2,
          rows: 2,
          sliceCount: 1,
          unit: 'HU',
          pixelSpacing: undefined,
          geometry: undefined,
          windows: [],
          warnings: [],
          metadata: [],
        },
        {
          // Lung window: -1350 is black, 150 white; -975 is 0.25 of the way, -600 half of it.
          slice: (index) =>
            Promise.resolve({
              index,
              columns: 2,
              rows: 2,
              unit: 'HU',
              pixels: Float32Array.of(-1350, -975, -600, 400),
            }),
        },
        { interpolation: 'nearest', panelOpen: false },
      );
    });
    await expect
      .poll(() => page.evaluate(() => document.querySelector('groundglass-viewer')!.renderer))
      .toBe(renderer);
    await nextFrames(page);
    const { width, height, data } = await readCanvas(page);
    // A slice of two pixels is shown at the largest zoom, 64 CSS pixels each, in the middle.
    const at = (dx: number, dy: number) => {
      const from = ((Math.floor(height / 2) + dy) * width + Math.floor(width / 2) + dx) * 4;
      return data.slice(from, from + 4);
    };
    expect(at(-32, -32)).toEqual([0, 0, 0, 255]);
    // 0.25 * 255 = 63.75 and 0.5 * 255 = 127.5
    expect(at(32, -32)).toEqual([64, 64, 64, 255]);
    expect([127, 128]).toContain(at(-32, 32)[0]);
    expect(at(32, 32)).toEqual([255, 255, 255, 255]);
    expect(at(-70, 0)[3]).toBe(0);
  });
}

for (const state of [
  { maskStyle: 'fill', comparison: false },
  { maskStyle: 'contour', comparison: false },
  { maskStyle: 'fill', comparison: true, zoom: 7.3, centre: [180, 148] },
  { maskStyle: 'fill', comparison: true, interpolation: 'nearest', inverted: true },
  { maskStyle: 'fill', classes: true, isOfClasses: true },
  { maskStyle: 'fill', colours: true, isOfColours: true, zoom: 3.7 },
  { maskVisible: false, colours: true, isOfColours: true, inverted: true },
]) {
  test(`WebGL2 and Canvas 2D draw the same picture: ${JSON.stringify(state)}`, async ({ page }) => {
    const pictures: Picture[] = [];
    for (const renderer of ['webgl2', 'canvas2d']) {
      await openPage(page, `renderer="${renderer}"`);
      await openChest(page, {
        classes: 'isOfClasses' in state,
        colours: 'isOfColours' in state,
      });
      await predictChest(page);
      await page.evaluate(
        (view) => {
          document.querySelector('groundglass-viewer')!.viewState = view;
        },
        { slice: 11, ...state },
      );
      await nextFrames(page);
      expect(
        await page.evaluate(() => document.querySelector('groundglass-viewer')!.renderer),
      ).toBe(renderer);
      pictures.push(await readCanvas(page));
    }
    expectSamePicture(...(pictures as [Picture, Picture]));
  });
}

for (const { unmasked, renderer } of [
  { unmasked: 'ANGLE (NVIDIA GeForce)', renderer: 'webgl2' },
  { unmasked: 'ANGLE (SwiftShader Device)', renderer: 'canvas2d' },
]) {
  test(`left alone, a page continues with ${renderer} after the first picture if WebGL is by ${unmasked}`, async ({
    page,
  }) => {
    await page.addInitScript((name) => {
      // WEBGL_debug_renderer_info: UNMASKED_RENDERER_WEBGL
      const unmaskedRenderer = 0x9246;
      const own = Object.getOwnPropertyDescriptor(
        WebGL2RenderingContext.prototype,
        'getParameter',
      ) as { value: (this: WebGL2RenderingContext, parameter: number) => unknown };
      WebGL2RenderingContext.prototype.getParameter = function (parameter): unknown {
        if (parameter !== unmaskedRenderer) return own.value.call(this, parameter);
        document.documentElement.dataset.asked = 'true';
        return name;
      };
      addEventListener('slicepainted', ({ target }) => {
        document.documentElement.dataset.first ??= (
          target as HTMLElement & { renderer: string }
        ).renderer;
      });
    }, unmasked);
    await openPage(page);
    await openChest(page);
    await page.locator('[data-first=canvas2d][data-asked]').waitFor();
    await nextFrames(page);
    expect(await page.evaluate(() => document.querySelector('groundglass-viewer')!.renderer)).toBe(
      renderer,
    );
    const after = await readCanvas(page);
    await openPage(page, 'renderer="canvas2d"');
    await openChest(page);
    await nextFrames(page);
    expectSamePicture(after, await readCanvas(page));
  });
}

test('a picture stays when the GPU takes its context away', async ({ page }) => {
  await openPage(page, 'renderer="webgl2"');
  await openChest(page);
  await nextFrames(page);
  const before = await readCanvas(page);
  await page.evaluate(() => {
    const canvas = document
      .querySelector('groundglass-viewer')!
      .shadowRoot!.querySelector<HTMLCanvasElement>('.surface canvas')!;
    canvas.getContext('webgl2')!.getExtension('WEBGL_lose_context')!.loseContext();
  });
  await expect
    .poll(() => page.evaluate(() => document.querySelector('groundglass-viewer')!.renderer))
    .toBe('canvas2d');
  await nextFrames(page);
  expectSamePicture(await readCanvas(page), before);
});
