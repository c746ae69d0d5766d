import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { packRows, type GalleryRow } from '../src/gallery/packed-rows.js';
import type { GalleryFacts } from '../src/gallery/row-store.js';

const origin = 'http://gallery.test';
const policy =
  "default-src 'none'; script-src 'self'; img-src 'self' blob:; require-trusted-types-for 'script'";

/**
 * Opens the bundled gallery under a strict policy with rows of phantoms, whose thumbnails are drawn in the page.
 *
 * @param whileLoading runs in the empty gallery before its rows arrive.
 */
export async function openGallery(
  page: Page,
  rows: readonly GalleryRow[],
  facts: GalleryFacts,
  whileLoading?: () => Promise<void>,
): Promise<void> {
  const script = readFileSync(join(import.meta.dirname, '../dist/groundglass-gallery.js'), 'utf8');
  const html = `<!doctype html><html lang="en"><head><title>Gallery</title><link rel="icon" href="data:,">
    <script type="module" src="/gallery.js"></script></head>
    <body><main><groundglass-gallery></groundglass-gallery></main></body></html>`;
  await page.route(`${origin}/**`, (route) => {
    const isScript = route.request().url().endsWith('.js');
    return route.fulfill({
      contentType: isScript ? 'text/javascript' : 'text/html',
      body: isScript ? script : html,
      headers: { 'Content-Security-Policy': policy },
    });
  });
  await page.goto(origin);
  await page.evaluate(async () => {
    await customElements.whenDefined('groundglass-gallery');
    const gallery = document.querySelector('groundglass-gallery')!;
    gallery.style.setProperty('height', '100vh');
    document.documentElement.style.setProperty('color-scheme', 'light dark');
    document.body.style.setProperty('margin', '0');
  });
  await whileLoading?.();
  const packed = packRows(rows, facts.second !== null);
  // Typed arrays cannot be passed as such.
  const plain = JSON.stringify({ packed, facts }, (_, value: unknown) =>
    ArrayBuffer.isView(value)
      ? { array: value.constructor.name, values: [...(value as Float64Array)].map(String) }
      : value,
  );
  await page.evaluate((text) => {
    const arrays = { Int32Array, Uint8Array, Float64Array } as const;
    const { packed, facts } = JSON.parse(text, (_, value: unknown) => {
      const { array, values } = (value ?? {}) as { array?: keyof typeof arrays; values?: string[] };
      return array && values ? arrays[array].from(values.map(Number)) : value;
    }) as { packed: never; facts: never };
    const gallery = document.querySelector('groundglass-gallery')!;
    const events: { type: string; detail: unknown }[] = [];
    Object.assign(window, { galleryEvents: events });
    for (const type of ['openrows', 'copypaths', 'export', 'score', 'cancelscoring', 'compare']) {
      gallery.addEventListener(type, (event) => {
        events.push({ type, detail: (event as CustomEvent<unknown>).detail });
      });
    }
    gallery.canScore = true;
    gallery.open(packed, facts, (row) => {
      if (row % 97 === 96) return Promise.reject(new Error('The file is gone'));
      const size = 96;
      const grey = new Uint8Array(size * size);
      const mask = new Uint8Array(size * size);
      const lesion = 6 + (row % 11);
      for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
          const at = y * size + x;
          const inside = (cx: number, cy: number, rx: number, ry: number) =>
            ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1;
          if (inside(48, 50, 42, 32)) grey[at] = 150;
          if (inside(32, 49, 13, 21) || inside(65, 49, 13, 21))
            grey[at] = 30 + ((x * y + row) % 17);
          if (inside(66, 56, lesion, lesion * 0.7)) {
            grey[at] = 95;
            mask[at] = 220;
          }
          if (inside(48, 70, 7, 6)) grey[at] = 240;
        }
      }
      return Promise.resolve({
        columns: size,
        rows: size,
        grey,
        ...(row % 3 === 0 ? { mask } : {}),
      });
    });
  }, plain);
}

/** The gallery's requests to its host. */
export function galleryEvents(page: Page): Promise<{ type: string; detail: never }[]> {
  return page.evaluate(
    () => (window as unknown as { galleryEvents: { type: string; detail: never }[] }).galleryEvents,
  );
}
