import { SeededRandom } from '@groundglass/core';
import { splitPanels, type Pixels } from '@groundglass/papers';
import { thoraxPhantom } from '@groundglass/phantom';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type OverlayOptions } from 'sharp';

/** How many composites of a kind were counted right. */
export interface CompositeScore {
  readonly gutter: string;
  exact: number;
  total: number;
}

/**
 * Makes figures of 1–16 panels from phantoms and, where the data is there, real slices: gutters of 0–20 pixels in white, black
 * or none, letters, unequal sizes of rows and columns; counts the panels that `splitPanels` finds.
 */
export async function scoreComposites(
  data: string | undefined,
  count: number,
): Promise<CompositeScore[]> {
  const pool = await slices(data);
  const scores = ['white', 'black', 'none'].map((gutter): CompositeScore => ({
    gutter,
    exact: 0,
    total: 0,
  }));
  for (let i = 0; i < count; i++) {
    const score = scores[i % scores.length]!;
    const random = new SeededRandom(1000 + i);
    const pick = (below: number) => random.below(below);
    const down = 1 + pick(4);
    const across = 1 + pick(4);
    const gutter = score.gutter === 'none' ? 0 : 1 + pick(20);
    const picture = await composite(pool, {
      down,
      across,
      gutter,
      black: score.gutter !== 'white',
      pick,
    });
    const found = splitPanels(picture).filter(({ verdict }) => verdict.kind === 'axial-ct').length;
    score.total++;
    if (found === down * across) score.exact++;
  }
  return scores;
}

async function slices(data: string | undefined): Promise<string[] | Pixels[]> {
  const folders = ['covid-ct/CT_COVID', 'covid-ct/CT_NonCOVID', 'covid-seg/volumes/images']
    .map((name) => join(data ?? '', name))
    .filter((folder) => data !== undefined && existsSync(folder));
  if (folders.length > 0) {
    const files = await Promise.all(
      folders.map(async (folder) =>
        (await readdir(folder))
          .sort()
          .filter((_, i) => i % 9 === 0)
          .map((name) => join(folder, name)),
      ),
    );
    return files.flat().filter((path) => /\.(png|jpe?g)$/i.test(path));
  }
  return Array.from({ length: 12 }, (_, seed) => {
    const { hu } = thoraxPhantom({ seed, size: 256, slices: 1, covid: seed % 2 === 0 });
    return toPixels(hu, 256);
  });
}

function toPixels(hu: ArrayLike<number>, side: number): Pixels {
  const rgb = new Uint8Array(side * side * 3);
  for (let i = 0; i < side * side; i++) {
    rgb.fill(
      Math.max(0, Math.min(255, Math.round(((hu[i]! + 1250) / 1500) * 255))),
      i * 3,
      i * 3 + 3,
    );
  }
  return { columns: side, rows: side, data: rgb };
}

interface Layout {
  readonly down: number;
  readonly across: number;
  readonly gutter: number;
  readonly black: boolean;
  readonly pick: (most: number) => number;
}

async function composite(
  pool: string[] | Pixels[],
  { down, across, gutter, black, pick }: Layout,
): Promise<Pixels> {
  // Rows and columns of unequal size, each picture stretched into its cell as journals do.
  const widths = Array.from({ length: across }, () => 220 + pick(60));
  const heights = Array.from({ length: down }, () => 180 + pick(50));
  const sum = (values: readonly number[]): number =>
    values.reduce((total, value) => total + value, 0);
  const columns = sum(widths) + gutter * (across - 1);
  const rows = sum(heights) + gutter * (down - 1);
  const layers: OverlayOptions[] = [];
  for (let r = 0; r < down; r++) {
    for (let c = 0; c < across; c++) {
      const left = sum(widths.slice(0, c)) + c * gutter;
      const top = sum(heights.slice(0, r)) + r * gutter;
      const size = { width: widths[c]!, height: heights[r]! };
      const chosen = pool[pick(pool.length)]!;
      const source =
        typeof chosen === 'string'
          ? sharp(chosen).flatten({ background: '#000' })
          : sharp(chosen.data, {
              raw: { width: chosen.columns, height: chosen.rows, channels: 3 },
            });
      const input = await source
        .resize({ ...size, fit: 'fill' })
        .removeAlpha()
        .toColourspace('srgb')
        .png()
        .toBuffer();
      layers.push({ input, left, top });
      const letter = String.fromCharCode(65 + r * across + c);
      layers.push({
        input: Buffer.from(
          `<svg xmlns="http://www.w3.org/2000/svg" width="26" height="26"><text x="4" y="21" font-size="20" font-family="sans-serif" fill="white">${letter}</text></svg>`,
        ),
        left: left + 2,
        top: top + 2,
      });
    }
  }
  const { data, info } = await sharp({
    create: { width: columns, height: rows, channels: 3, background: black ? '#000' : '#fff' },
  })
    .composite(layers)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { columns: info.width, rows: info.height, data: new Uint8Array(data) };
}
