import { cpSync, writeFileSync } from 'node:fs';
import { expect, settings, test as base } from '../e2e/workbench.js';
import { extensionHostBytes, pageHeapBytes } from './memory.js';
import { PaintClock } from './paint-clock.js';
import { closeEditor, openByKey, row } from './timed.js';

/**
 * Times of the preview in a real workbench, on phantoms: `npm run bench -- vscode` makes them, runs this, and prints the table.
 * Each test is a part of the table and leaves its rows as annotations.
 */
const data = process.env.GROUNDGLASS_BENCH_DATA ?? '';
const repeats = Number(process.env.GROUNDGLASS_BENCH_REPEATS ?? '11');

/** The timed formats; VS Code's own preview shows only pictures. */
const files = {
  png: 'phantom.ct.png',
  pngPeer: 'phantom.png',
  dicom: 'series/016.dcm',
  nifti: 'phantom.nii.gz',
} as const;

const test = base.extend<{ clock: PaintClock }>({
  clock: async ({ page, server }, use) => {
    cpSync(data, server.folder, { recursive: true });
    writeFileSync(
      server.settingsFile,
      JSON.stringify({
        ...settings,
        'workbench.editorAssociations': { '*.ct.png': 'groundglass.ctPreviewOptional' },
        'groundglass.predictOnOpen': false,
        // Each window starts without open editors.
        'workbench.editor.restoreEditors': false,
      }),
    );
    await use(await PaintClock.on(page));
  },
});

/** Default settings: the model is the packaged one. */
test.use({ machineSettings: {}, isInNewWindow: true });

const peer = "the same PNG in VS Code's own preview";
const openings = [
  { what: peer, file: files.pngPeer, shows: 'picture' },
  { what: 'PNG, 512×512', file: files.png, shows: 'slice', aim: '1.2 times', peer },
  { what: 'DICOM series, 30 slices', file: files.dicom, shows: 'slice', aim: '2 times', peer },
  { what: 'NIfTI in gzip, 512×512×300', file: files.nifti, shows: 'slice', aim: '2 times', peer },
] as const;

// In turns, since other load on the machine changes in the minutes that it takes.
test('openings', async ({ clock, workbench }) => {
  const times = openings.map((): number[] => []);
  await workbench.open();
  for (let i = 0; i <= repeats; i++) {
    for (const [at, { file, shows }] of openings.entries()) {
      times[at]!.push(await openByKey(workbench, clock, file, shows));
      await closeEditor(workbench);
    }
  }
  for (const [at, opening] of openings.entries()) {
    const { what } = opening;
    // The first of each loads shared code.
    const [first, ...others] = times[at]!;
    row({ what: `${what}: first in its window`, values: [first!] });
    row({ ...opening, values: others });
  }
});

test('the next slice', async ({ clock, workbench }) => {
  await workbench.open();
  await openByKey(workbench, clock, files.nifti, 'slice');
  await (await workbench.picture()).focus();
  const next: number[] = [];
  const far: number[] = [];
  for (let i = 0; i < repeats; i++) {
    // A person looks at a slice for longer than its neighbours take to load.
    await workbench.page.waitForTimeout(500);
    next.push(await clock.press('ArrowDown', 'slice'));
    await workbench.page.waitForTimeout(500);
    far.push(await clock.press('PageDown', 'slice'));
  }
  row({ what: 'next slice of 512×512×300', values: next, aim: '50 ms' });
  row({ what: 'ten slices on, read again', values: far });
});

test('the mask', async ({ clock, workbench }) => {
  await workbench.open();
  const timeMask = async (file: string) => {
    await openByKey(workbench, clock, file, 'slice');
    await (await workbench.picture()).focus();
    const time = await clock.press('p', 'mask');
    await closeEditor(workbench);
    return time;
  };
  row({
    what: 'PNG: from P to its mask, server to be started',
    values: [await timeMask(files.png)],
  });
  for (const [what, file] of [
    ['PNG: from P to its mask', files.png],
    ['DICOM series: from P to the mask of the slice shown', files.dicom],
  ] as const) {
    const values: number[] = [];
    for (let i = 0; i < repeats; i++) values.push(await timeMask(file));
    row({ what, values });
  }
});

test('activation', async ({ clock, workbench }) => {
  const values: number[] = [];
  for (let i = 0; i < Math.min(repeats, 5); i++) {
    // Reloads the window.
    await workbench.page.goto('about:blank');
    await workbench.open();
    // VS Code's own extensions start with the window, and activating them takes time too.
    await workbench.page.waitForTimeout(5000);
    await openByKey(workbench, clock, files.png, 'slice');
    await workbench.runCommand('Developer: Show Running Extensions');
    const list = workbench.page.locator('.runtime-extensions-editor .monaco-list');
    const told = list
      .locator('.monaco-list-row', { hasText: 'Groundglass' })
      .getByText(/Activation: \d+ms/);
    // The slowest extensions come first, and only visible rows exist.
    await expect(async () => {
      await list.hover();
      await workbench.page.mouse.wheel(0, 200);
      await told.first().waitFor({ timeout: 500 });
    }).toPass();
    values.push(Number(/(\d+)ms/.exec((await told.first().textContent())!)![1]));
  }
  row({ what: 'activation, as VS Code tells it', values, aim: '50 ms' });
});

test('memory', async ({ clock, workbench }) => {
  await workbench.open();
  let opened = 0;
  for (const until of [5, 55, 105]) {
    for (; opened < until; opened++) {
      await openByKey(workbench, clock, files.dicom, 'slice');
      await closeEditor(workbench);
    }
    const after = `after ${opened} previews`;
    const aim = opened === 5 ? undefined : 'flat';
    const mebibytes = (bytes: number) => [bytes / 2 ** 20];
    const [host, page] = [
      extensionHostBytes(workbench.server.folder),
      await pageHeapBytes(workbench.page),
    ];
    row({ what: `extension host ${after}`, values: mebibytes(host), unit: 'MB', aim });
    row({ what: `page's heap ${after}`, values: mebibytes(page), unit: 'MB', aim });
  }
});
