import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Workbench } from './workbench.js';

/** Default settings: the model is the packaged one. */
test.use({ machineSettings: {} });

/** `npm run screenshots` takes the documents' pictures from here. */
const screenshots = join(import.meta.dirname, '../test-output/screenshots');

/** Number of coloured pixels: a slice and everything around it are grey. */
async function colouredPixels(workbench: Workbench): Promise<number> {
  const { data } = await workbench.pixels();
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) count++;
  }
  return count;
}

/** The lesion share of the displayed slice in the panel, in per cent; undefined where no lung was found. */
async function lesionPercent({ preview }: Workbench): Promise<number | undefined> {
  const ofSlice = preview.locator('.facts-list div', { hasText: 'This slice' });
  const ofImage = preview.locator('.facts-list div', { hasText: 'Lesion share' });
  const text = await ((await ofSlice.count()) > 0 ? ofSlice : ofImage).textContent();
  const share = /(\d+\.\d) %$/.exec(text!)?.[1];
  return share === undefined ? undefined : Number(share);
}

interface Sample {
  readonly file: string;
  readonly title?: string;
  /** Opened with "Open as CT". */
  readonly isOptional?: boolean;
  /** A trained model finds lesions somewhere in it. */
  readonly hasLesions?: boolean;
  readonly picture?: { readonly name: string; readonly theme: string };
}

const samples: readonly Sample[] = [
  {
    file: '005.dcm',
    title: 'covid-series',
    hasLesions: true,
    picture: { name: 'vscode-dark.png', theme: 'Default Dark Modern' },
  },
  {
    file: 'covid-volume.nii.gz',
    hasLesions: true,
    picture: { name: 'vscode-high-contrast.png', theme: 'Default High Contrast' },
  },
  { file: 'non-covid-volume.mha' },
  { file: 'covid-slice.png', isOptional: true, hasLesions: true },
  { file: 'covid-figure.jpg', isOptional: true, hasLesions: true },
  { file: 'non-covid-slice.png', isOptional: true },
];

for (const { file, title = file, isOptional, hasLesions, picture } of samples) {
  const tag = picture ? ['@screenshot'] : [];
  test(`the packaged model shows what it sees in ${file}`, { tag }, async ({ workbench, page }) => {
    const { preview } = workbench;
    if (picture) workbench.set({ 'workbench.colorTheme': picture.theme });
    await workbench.open(file);
    if (isOptional) await workbench.runCommand('Groundglass: Open as CT');
    await expect(preview.locator('.title')).toHaveText(title);
    await expect(preview.locator('.score')).toHaveText(/^\d+\.\d %$/);
    await expect(preview.locator('.facts-list')).toContainText(/groundglass \d+, trained/);
    await expect(preview.getByText('Research use, not for diagnosis')).toBeVisible();
    await expect(preview.locator('.legend')).toHaveText(/Found.*False alarm.*Missed/);
    await (await workbench.picture()).focus();

    // The model's mask without the expert's.
    await page.keyboard.press('g');
    await expect(preview.locator('.legend')).toHaveText('Lesion');
    const slices = Number(
      / (\d+)$/.exec((await preview.locator('.slice-reading').textContent())!)?.[1] ?? 1,
    );
    const shares = [await lesionPercent(workbench)];
    if (hasLesions && !(shares[0]! > 0)) {
      // It may see none in this slice: go to the first one where it does.
      await page.keyboard.press('Home');
      for (let slice = 1; slice <= slices; slice++) {
        await expect(preview.locator('.slice-reading')).toHaveText(`${slice} / ${slices}`);
        shares.push(await lesionPercent(workbench));
        if (shares.at(-1)! > 0) break;
        await page.keyboard.press('ArrowDown');
      }
    }
    if (hasLesions) expect(shares.at(-1)).toBeGreaterThan(0);
    if (shares.at(-1)! > 0) expect(await colouredPixels(workbench)).toBeGreaterThan(0);
    await page.keyboard.press('m');
    await expect(preview.locator('.legend li')).toHaveCount(0);
    expect(await colouredPixels(workbench)).toBe(0);
    // The samples are a plain folder: no label, split or patient is known.
    await expect(preview.locator('.known')).toBeHidden();

    if (!picture) return;
    for (const key of ['m', 'g']) await page.keyboard.press(key);
    await expect(preview.locator('.legend li')).toHaveCount(3);
    await workbench.pixels();
    mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: join(screenshots, picture.name) });
  });
}
