import { expect, test } from '@playwright/test';
import { accessibilityFindings } from '../../../playwright.axe.mjs';
import type {} from '../src/index.js';
import { openPage } from './open-page.js';
import { openChest, predictChest } from './volumes.js';

test.beforeEach(async ({ page }) => {
  await openPage(page);
});

test('everything can be reached with the keyboard alone', async ({ page }) => {
  await openChest(page);
  await predictChest(page);
  await expect(page.getByText('87.3 %')).toBeVisible();
  const reached = new Set<string>();
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    reached.add(
      await page.evaluate(() => {
        const focused = document.querySelector('groundglass-viewer')!.shadowRoot!.activeElement;
        return (
          focused?.getAttribute('aria-label') ??
          focused?.closest('label,.labelled-slider,.field')?.textContent ??
          focused?.textContent ??
          ''
        );
      }),
    );
  }
  const names = [...reached].join('\n');
  for (const name of [
    'Zoom in',
    'CT slice',
    'Predict again',
    'Opacity',
    'Threshold',
    'Compare',
    'Lung',
    'Centre',
    'Search metadata',
    'Hide patient',
    'Slice',
  ]) {
    expect(names).toContain(name);
  }
});

for (const theme of ['dark', 'light', 'high-contrast'] as const) {
  test(`has no accessibility finding and looks right: ${theme}`, async ({ page }) => {
    await page.emulateMedia({
      colorScheme: theme === 'light' ? 'light' : 'dark',
      forcedColors: theme === 'high-contrast' ? 'active' : 'none',
    });
    await openChest(page);
    await predictChest(page, { trained: theme !== 'light' });
    await expect(page.getByText('87.3 %')).toBeVisible();
    await page.screenshot({ path: `test-output/screenshots/${theme}.png` });
    // axe injects its script by evaluation, which the page's policy does not block.
    expect(await accessibilityFindings(page.mainFrame())).toEqual([]);
  });
}

for (const width of [300, 480, 640]) {
  test(`in a pane of ${width} pixels nothing covers the picture's text or hides the picture`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height: 640 });
    await openChest(page);
    await predictChest(page);
    await expect(page.getByText('87.3 %')).toBeVisible();
    const surface = (await page.locator('.surface').boundingBox())!;
    expect(surface.width).toBe(width);
    await page.mouse.move(surface.x + width / 2, surface.y + surface.height / 2);
    await expect(page.locator('.reading-probe')).toContainText('mm');
    await page.screenshot({ path: `test-output/screenshots/narrow-${width}.png` });
    const boxes = [];
    for (const part of [
      '.panel',
      '.slice-bar',
      '.reading-view',
      '.research-use',
      '.reading-probe',
    ]) {
      boxes.push({ part, ...(await page.locator(part).boundingBox())! });
    }
    for (const side of ['top', 'bottom', 'left', 'right']) {
      const part = `.stage .letter-${side}`;
      boxes.push({ part, ...(await page.locator(part).boundingBox())! });
    }
    for (const [at, a] of boxes.entries()) {
      expect(a.x, a.part).toBeGreaterThanOrEqual(0);
      expect(a.x + a.width, a.part).toBeLessThanOrEqual(width);
      for (const b of boxes.slice(at + 1)) {
        const apart =
          a.x + a.width <= b.x ||
          b.x + b.width <= a.x ||
          a.y + a.height <= b.y ||
          b.y + b.height <= a.y;
        expect(apart, `${a.part} beside ${b.part}`).toBe(true);
      }
    }
  });
}
