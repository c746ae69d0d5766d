import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import sharp from 'sharp';
import { spawnServer } from '../serving/spawn-server.js';
import { runInWorkbench } from '../workbench/run-in-workbench.js';

const usage = `npm run screenshots

Takes the pictures of the editor and the playground in docs/images again, with the model in models/ and the bundled samples. The editor's are
taken by its end-to-end tests, so that what they show has been checked.`;

const { values } = parseArgs({
  options: { help: { type: 'boolean', short: 'h', default: false } },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}

const workspace = join(import.meta.dirname, '../../..');
const images = join(workspace, 'docs/images');

const taken = join(workspace, 'apps/vscode-ext/test-output/screenshots');
// Tests that take pictures for their own use leave them there.
await rm(taken, { recursive: true, force: true });
runInWorkbench({ workspace, args: ['--grep', '@screenshot'] });
await mkdir(images, { recursive: true });
for (const name of await readdir(taken)) await keep(join(taken, name), name);
await keep(await playground(), 'playground.png');

/** Reduces to 256 colours, to keep the repository small. */
async function keep(picture: string | Buffer, name: string): Promise<void> {
  await sharp(picture).png({ palette: true, effort: 10 }).toFile(join(images, name));
  console.log(`docs/images/${name}`);
}

/** The server's page with a prediction. */
async function playground(): Promise<Buffer> {
  await using server = await spawnServer(['--models', join(workspace, 'models')]);
  const browser = await chromium.launch({
    executablePath: process.env.GROUNDGLASS_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage({
      viewport: { width: 1280, height: 800 },
      colorScheme: 'dark',
    });
    await page.goto(server.url);
    await page.locator('#files').setInputFiles(join(workspace, 'samples/covid-volume.nii.gz'));
    await page.locator('.score').getByText('%').waitFor({ timeout: 120_000 });
    await page.locator('.legend li').waitFor();
    return await page.screenshot();
  } finally {
    await browser.close();
  }
}
