import { SeededRandom } from '@groundglass/core';
import { splitPanels, type Pixels } from '@groundglass/papers';
import { thoraxPhantom } from '@groundglass/phantom';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type OverlayOptions } from 'sharp';

/** Number of composites of a kind that were counted right. */
export interface CompositeScore {
  readonly kind: string;
  /** Composites with each panel found, and as a slice. */
  exact: number;
  total: number;
}

/** A generated composite, and the panels found in it. */
export interface CompositeTrial {
  readonly seed: number;
  readonly picture: Pixels;
  readonly panels: number;
  readonly found: number;
  /** Its kind: gutter, source of the slices, file format. */
  readonly kinds: readonly string[];
}

/** One source picture of panels. */
type Slice = string | Pixels;

/**
 * Makes figures of 1–16 panels from phantoms and, if the data is there, real slices: gutters of 0–20 pixels in white, black
 * or none, letters, rows and columns of unequal size, half of them saved as JPEG; counts the slices that `splitPanels` finds.
 *
 * @param seed selects the composites: another seed gives other ones.
 */
export async function* tryComposites(
  data: string | undefined,
  count: number,
  seed: number,
): AsyncGenerator<CompositeTrial> {
  const [drawn, real] = [phantoms(), await slices(data)];
  const gutters = ['white', 'black', 'none'] as const;
  for (let i = 0; i < count; i++) {
    const gutter = gutters[i % gutters.length]!;
    const random = new SeededRandom(seed, i);
    const pick = (below: number) => random.below(below);
    const isReal = real.length > 0 && random.chance(0.6);
    const quality = random.chance(0.5) ? random.integer(70, 95) : undefined;
    const [down, across] = [1 + pick(4), 1 + pick(4)];
    const picture = await composite(isReal ? real : drawn, {
      down,
      across,
      gutter: gutter === 'none' ? 0 : 1 + pick(20),
      black: gutter !== 'white',
      quality,
      pick,
    });
    yield {
      seed: i,
      picture,
      panels: down * across,
      found: splitPanels(picture).filter(({ verdict }) => verdict.kind === 'axial-ct').length,
      kinds: [
        `${gutter} gutter`,
        isReal ? 'real slices' : 'phantoms',
        quality === undefined ? 'not compressed' : 'JPEG',
      ],
    };
  }
}

/** Counts {@link tryComposites} in total and by kind. */
export async function scoreComposites(
  data: string | undefined,
  count: number,
  seed: number,
): Promise<CompositeScore[]> {
  const scores = new Map<string, CompositeScore>();
  for await (const { kinds, panels, found } of tryComposites(data, count, seed)) {
    for (const kind of ['all', ...kinds]) {
      const score = scores.get(kind) ?? { kind, exact: 0, total: 0 };
      scores.set(kind, score);
      score.total++;
      if (found === panels) score.exact++;
    }
  }
  return [...scores.values()].sort((a, b) => b.total - a.total || (a.kind < b.kind ? -1 : 1));
}

async function slices(data: string | undefined): Promise<string[]> {
  const folders = ['covid-ct/CT_COVID', 'covid-ct/CT_NonCOVID', 'covid-seg/volumes/images']
    .map((name) => join(data ?? '', name))
    .filter((folder) => data !== undefined && existsSync(folder));
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

function phantoms(): Pixels[] {
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
  /** Quality of its JPEG file. */
  readonly quality: number | undefined;
  readonly pick: (most: number) => number;
}

async function composite(
  pool: readonly Slice[],
  { down, across, gutter, black, quality, pick }: Layout,
): Promise<Pixels> {
  // Rows and columns of unequal size, each picture stretched to its cell as in journals.
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
  const made = sharp({
    create: { width: columns, height: rows, channels: 3, background: black ? '#000' : '#fff' },
  })
    .composite(layers)
    .removeAlpha();
  const saved =
    quality === undefined ? made : sharp(await made.jpeg({ quality }).toBuffer()).removeAlpha();
  const { data, info } = await saved.raw().toBuffer({ resolveWithObject: true });
  return { columns: info.width, rows: info.height, data: new Uint8Array(data) };
}
