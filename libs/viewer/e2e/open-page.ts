import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';

const dist = join(import.meta.dirname, '../dist');
const origin = 'http://viewer.test';

/** The policy of VS Code's webviews at its strictest: scripts from one place, no inline style, no eval, no parsing of markup. */
const policy =
  "default-src 'none'; script-src 'self'; img-src 'self' blob:; require-trusted-types-for 'script'";

/** Opens an empty page with the bundled element under a strict policy; no server is needed. */
export async function openPage(page: Page, attributes = ''): Promise<void> {
  const files: Record<string, [type: string, body: string]> = {
    '/': [
      'text/html',
      `<!doctype html><html lang="en"><head><title>Viewer</title><link rel="icon" href="data:,">
       <script type="module" src="/groundglass-viewer.js"></script></head>
       <body><main><groundglass-viewer ${attributes}></groundglass-viewer></main></body></html>`,
    ],
    '/groundglass-viewer.js': [
      'text/javascript',
      readFileSync(join(dist, 'groundglass-viewer.js'), 'utf8'),
    ],
  };
  await page.route(`${origin}/**`, (route) => {
    const file = files[new URL(route.request().url()).pathname];
    if (!file) return route.fulfill({ status: 404 });
    return route.fulfill({
      contentType: file[0],
      body: file[1],
      headers: { 'Content-Security-Policy': policy },
    });
  });
  await page.goto(origin);
  await page.evaluate(async () => {
    await customElements.whenDefined('groundglass-viewer');
    const viewer = document.querySelector('groundglass-viewer')!;
    viewer.style.setProperty('height', '100vh');
    document.documentElement.style.setProperty('color-scheme', 'light dark');
    document.body.style.setProperty('margin', '0');
  });
}
