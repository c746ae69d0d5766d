import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { encodeMask, encodePng } from '@groundglass/core';
import { expect, test, type Page, type Route } from '@playwright/test';
import { accessibilityFindings } from '../../../playwright.axe.mjs';

const folder = join(import.meta.dirname, '../dist');
const origin = 'http://playground.test';
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};
const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:";

/** A grey ramp of 64 × 64. */
const picture = Buffer.from(
  encodePng({
    columns: 64,
    rows: 64,
    channels: 1,
    data: Uint8Array.from({ length: 4096 }, (_, at) => (at % 64) * 4),
  }),
);
const slice = {
  index: 0,
  probability: 0.91,
  lesionFraction: 0.2,
  counted: true,
  mask: encodeMask(new Float32Array(16).fill(1), 4, 4),
};
const events = [
  {
    event: 'started',
    id: 'a',
    volume: { format: 'png', columns: 64, rows: 64, sliceCount: 1 },
    slices: [0],
    warnings: [],
  },
  { event: 'slice', slice, done: 1, total: 1 },
  {
    event: 'prediction',
    prediction: {
      id: 'a',
      file: 'ramp.png',
      label: 'covid',
      withheld: [],
      probability: 0.91,
      threshold: 0.5,
      aggregation: null,
      lesionFraction: 0.2,
      slices: [{ index: 0, probability: 0.91, lesionFraction: 0.2, counted: true }],
      model: { name: 'thorax-net', version: '1', sha256: 'b'.repeat(64), trained: true },
      preprocessing: { window: null, crop: 'none', huLost: true },
      warnings: [{ code: 'HU_LOST' }],
      timingsMs: { decode: 1, queue: 0, infer: 20, total: 22 },
    },
  },
];

/** Opens the built page with a fake server and the given predictions. */
async function openPlayground(
  page: Page,
  answer: (route: Route) => Promise<void>,
  {
    samples = true,
    models = () => undefined,
  }: { samples?: boolean; models?: () => unknown[] | undefined } = {},
): Promise<void> {
  await page.route(`${origin}/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/v1/predictions') return answer(route);
    if (pathname === '/healthz') {
      return route.fulfill({ json: { ready: false, reason: 'The models are being loaded' } });
    }
    if (pathname === '/v1/models') {
      return route.fulfill({
        json: {
          models: models() ?? [
            {
              ...{ name: 'thorax-net', version: '1', sha256: 'b'.repeat(64), trained: true },
              ...{ threshold: 0.5, volumeThreshold: 0.5, labels: ['non-covid', 'covid'] },
              ...{ aggregation: 'max', metadata: {} },
            },
          ],
        },
      });
    }
    if (!samples && pathname.startsWith('/samples/')) return route.fallback();
    if (pathname === '/samples/index.json') {
      return route.fulfill({
        json: [
          { name: 'ramp.png', url: 'samples/ramp.png' },
          { name: 'foreign', url: 'https://example.org/x' },
        ],
      });
    }
    if (pathname === '/samples/ramp.png') return route.fulfill({ body: picture });
    const file = pathname === '/' ? 'index.html' : pathname.slice(1);
    return route.fulfill({
      body: readFileSync(join(folder, file)),
      contentType: types[extname(file)] ?? 'application/octet-stream',
      headers: { 'Content-Security-Policy': policy },
    });
  });
  await page.goto(origin);
}

const answerEvents = (route: Route) =>
  route.fulfill({
    contentType: 'application/x-ndjson',
    body: events.map((event) => JSON.stringify(event)).join('\n'),
  });

test('a chosen file is decoded in the page, scored by the server, and its mask is shown', async ({
  page,
}) => {
  let posted: Buffer | null = null;
  await openPlayground(page, (route) => {
    posted = route.request().postDataBuffer();
    return answerEvents(route);
  });
  await page
    .locator('#files')
    .setInputFiles({ name: 'ramp.png', mimeType: 'image/png', buffer: picture });
  await expect(page.getByText('91.0 %')).toBeVisible();
  expect(posted).toEqual(picture);
  await expect(page.getByText('No Hounsfield units')).toBeVisible();
  await expect(page.locator('.legend')).toHaveText('Lesion');
  await page.screenshot({ path: 'test-output/screenshots/playground.png' });
});

test('a dropped file is shown', async ({ page }) => {
  await openPlayground(page, answerEvents);
  await page.evaluate(
    (bytes) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(bytes)], 'dropped.png'));
      document.body.dispatchEvent(
        new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }),
      );
    },
    [...picture],
  );
  await expect(page.getByRole('heading', { name: 'dropped.png' })).toBeVisible();
});

test('the files of a DICOM series are one volume, in the page and on the server', async ({
  page,
}) => {
  const series = join(import.meta.dirname, '../../../samples/covid-series');
  const names = readdirSync(series).filter((name) => name.endsWith('.dcm'));
  let posted = '';
  await openPlayground(page, (route) => {
    posted = route.request().postDataBuffer()?.toString('latin1') ?? '';
    return answerEvents(route);
  });
  await page.locator('#files').setInputFiles([
    // A file that is no part of the series stays here.
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('not an image') },
    ...names.map((name) => ({
      name,
      mimeType: 'application/dicom',
      buffer: readFileSync(join(series, name)),
    })),
  ]);
  await expect(
    page.getByRole('heading', { name: `DICOM series of ${names.length} files` }),
  ).toBeVisible();
  await expect(page.getByText('91.0 %', { exact: true })).toBeVisible();
  const sent = [...posted.matchAll(/filename="([^"]+)"/g)].map(([, name]) => name);
  expect(sent.sort()).toEqual([...names].sort());
});

test('a header is sent with its pixels', async ({ page }) => {
  const header = `ObjectType = Image
NDims = 3
DimSize = 4 3 2
ElementType = MET_SHORT
ElementSpacing = 1 1 1
ElementDataFile = thorax.raw
`;
  let posted = '';
  await openPlayground(page, (route) => {
    posted = route.request().postDataBuffer()?.toString('latin1') ?? '';
    return answerEvents(route);
  });
  await page.locator('#files').setInputFiles([
    { name: 'thorax.raw', mimeType: '', buffer: Buffer.alloc(4 * 3 * 2 * 2) },
    { name: 'thorax.mhd', mimeType: '', buffer: Buffer.from(header) },
  ]);
  await expect(page.getByRole('heading', { name: 'thorax.mhd' })).toBeVisible();
  await expect(page.getByText('91.0 %', { exact: true })).toBeVisible();
  const sent = [...posted.matchAll(/filename="([^"]+)"/g)].map(([, name]) => name);
  expect(sent).toEqual(['thorax.mhd', 'thorax.raw']);
});

test('the strip of a volume has a legend, and its sample a thumbnail', async ({ page }) => {
  const volume = readFileSync(join(import.meta.dirname, '../../../samples/covid-volume.nii.gz'));
  await page.route('**/samples/**', (route) =>
    route.request().url().endsWith('index.json')
      ? route.fulfill({ json: [{ name: 'v.nii.gz', url: 'samples/v.nii.gz' }] })
      : route.fulfill({ body: volume }),
  );
  await openPlayground(page, answerEvents, { samples: false });
  const sample = page.getByRole('button', { name: 'v.nii.gz' });
  // Not all of one grey: the canvas was drawn.
  await expect
    .poll(() =>
      sample.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        return new Set(data).size;
      }),
    )
    .toBeGreaterThan(20);
  await sample.click();
  await expect(page.getByText('91.0 %', { exact: true })).toBeVisible();
  await expect(page.getByText('Probability of a slice, 0 to 100 %')).toBeVisible();
  await expect(page.getByText('Lesion share of its lung, 0 to 25.0 %')).toBeVisible();
});

test('samples of the server are offered, those of other origins are not', async ({ page }) => {
  await openPlayground(page, answerEvents);
  await expect(page.locator('#sample-list button')).toHaveText(['ramp.png']);
  await page.screenshot({ path: 'test-output/screenshots/playground-welcome.png' });
  expect(await accessibilityFindings(page.mainFrame())).toEqual([]);
  await page.getByRole('button', { name: 'ramp.png' }).click();
  await expect(page.getByText('91.0 %')).toBeVisible();
});

test('a file that is not a CT image shows what is wrong', async ({ page }) => {
  await openPlayground(page, answerEvents);
  await page
    .locator('#files')
    .setInputFiles({ name: 'x.dcm', mimeType: '', buffer: Buffer.from('not an image at all') });
  await expect(page.getByRole('alert')).toContainText('CT_UNKNOWN_FORMAT');
});

const busy = (route: Route) =>
  route.fulfill({
    status: 503,
    headers: { 'retry-after': '0' },
    json: { error: 'The queue is full', code: 'CT_OVERLOADED' },
  });

test('a server that is busy for a moment is retried silently', async ({ page }) => {
  let calls = 0;
  await openPlayground(page, (route) => (calls++ < 2 ? busy(route) : answerEvents(route)));
  await page.getByRole('button', { name: 'ramp.png' }).click();
  // It waits between its calls.
  await expect(page.getByText('91.0 %')).toBeVisible({ timeout: 40_000 });
  expect(calls).toBe(3);
});

test('a server that stays busy is reported next to the picture, and retried on demand', async ({
  page,
}) => {
  let calls = 0;
  await openPlayground(page, (route) => (calls++ < 8 ? busy(route) : answerEvents(route)));
  await page.getByRole('button', { name: 'ramp.png' }).click();
  await expect(page.getByRole('alert')).toHaveText('The queue is full', { timeout: 40_000 });
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('91.0 %')).toBeVisible();
});

test('a server with a token asks for it, and the picture is scored once it is given', async ({
  page,
}) => {
  await openPlayground(page, (route) =>
    route.request().headers().authorization === 'Bearer secret-of-the-ward'
      ? answerEvents(route)
      : route.fulfill({
          status: 401,
          json: {
            error: 'Expected the header "Authorization: Bearer …"',
            code: 'CT_UNAUTHORIZED',
          },
        }),
  );
  await page
    .locator('#files')
    .setInputFiles({ name: 'ramp.png', mimeType: 'image/png', buffer: picture });
  const token = page.getByLabel('Bearer token');
  await expect(token).toBeFocused();
  await token.fill('secret-of-the-ward');
  await token.press('Enter');
  await expect(page.getByText('91.0 %', { exact: true })).toBeVisible();
});

test('several files are listed with their verdicts, each is scored once, and a withheld one says so', async ({
  page,
}) => {
  const asked: string[] = [];
  await openPlayground(page, (route) => {
    const accept = route.request().headers().accept ?? '';
    asked.push(accept.includes('ndjson') ? 'shown' : 'listed');
    const { prediction } = events.at(-1) as { prediction: Record<string, unknown> };
    if (accept.includes('ndjson')) return answerEvents(route);
    return route.fulfill({ json: { ...prediction, label: null, withheld: ['NO_LUNG'] } });
  });
  await page
    .locator('#files')
    .setInputFiles(
      ['a.png', 'b.png', 'c.png'].map((name) => ({ name, mimeType: 'image/png', buffer: picture })),
    );
  const list = page.getByRole('navigation', { name: 'Files' });
  await expect(list.getByRole('button', { name: 'a.png' })).toContainText('covid, 91 %');
  await expect(list.getByRole('button', { name: 'b.png' })).toContainText('No answer (NO_LUNG)');
  await expect(list.getByRole('button', { name: 'c.png' })).toContainText('No answer (NO_LUNG)');
  expect(asked.sort()).toEqual(['listed', 'listed', 'shown']);
  await page.screenshot({ path: 'test-output/screenshots/list.png' });
});

test('a file left before its prediction arrived gets its verdict after the others', async ({
  page,
}) => {
  let held = true;
  await openPlayground(page, async (route) => {
    const { prediction } = events.at(-1) as { prediction: Record<string, unknown> };
    if (!(route.request().headers().accept ?? '').includes('ndjson')) {
      return route.fulfill({ json: prediction });
    }
    // The first picture's prediction never comes.
    if (held) {
      held = false;
      return;
    }
    return answerEvents(route);
  });
  await page
    .locator('#files')
    .setInputFiles(
      ['a.png', 'b.png'].map((name) => ({ name, mimeType: 'image/png', buffer: picture })),
    );
  const list = page.getByRole('navigation', { name: 'Files' });
  const [a, b] = ['a.png', 'b.png'].map((name) => list.getByRole('button', { name }));
  await expect(b!).toContainText('covid, 91 %');
  await expect(a!).toContainText('scoring');
  await b!.click();
  await expect(a!).toContainText('covid, 91 %');
});

test('a server that still loads its models reports it, and names the model once it is loaded', async ({
  page,
}) => {
  let asked = 0;
  await openPlayground(page, answerEvents, {
    models: () => (++asked < 3 ? [] : undefined),
  });
  await expect(page.getByText('The models are being loaded.')).toBeVisible();
  await expect(page.getByText('Model: thorax-net 1. The server is ready.')).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`at 360 pixels nothing overflows, and no token is mentioned (${colorScheme})`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 360, height: 740 });
    await openPlayground(page, (route) => route.abort());
    await expect(page.getByText('Model: thorax-net 1. The server is ready.')).toBeVisible();
    await expect(page.getByText('The server requires a token')).toBeHidden();
    await expect(page.getByRole('heading', { level: 1 })).toBeInViewport({ ratio: 1 });
    const width = () => page.evaluate(() => document.documentElement.scrollWidth);
    expect(await width()).toBeLessThanOrEqual(360);
    await page.screenshot({ path: `test-output/screenshots/narrow-${colorScheme}.png` });
    await page.locator('#files').setInputFiles(
      ['a.png', 'b.png', 'c.png'].map((name) => ({
        name,
        mimeType: 'image/png',
        buffer: picture,
      })),
    );
    await expect(page.getByRole('heading', { name: 'a.png' })).toBeVisible();
    expect(await width()).toBeLessThanOrEqual(360);
  });
}
