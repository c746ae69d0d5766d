import { encodePng, SeededRandom } from '@groundglass/core';
import { PDFDocument, StandardFonts, type PDFFont, type PDFPage } from 'pdf-lib';
import sharp from 'sharp';
import type { Pixels } from './pdf/pixels.js';

/** A drawn axial slice: black air, a bright body, two dark lungs with vessels, a spine. Grey 0–255 as RGB. */
export function madeSlice(columns = 256, rows = 208, seed = 1): Pixels {
  const data = new Uint8Array(columns * rows * 3);
  const random = new SeededRandom(seed);
  const noise = (): number => random.uniform();
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const [u, v] = [(2 * x) / columns - 1, (2 * y) / rows - 1];
      let value = 8 + 6 * noise();
      if (Math.hypot(u / 0.92, v / 0.86) < 1) value = 150 + 26 * noise();
      const lung = (centre: number): boolean =>
        Math.hypot((u - centre) / (0.3 + 0.02 * (seed % 3)), (v + 0.04) / 0.58) < 1;
      if (lung(-0.42) || lung(0.42)) {
        value = 42 + 20 * noise();
        if (noise() > 0.985) value = 140;
      }
      if (Math.hypot(u / 0.1, (v - 0.62) / 0.12) < 1) value = 235;
      data.fill(value, (y * columns + x) * 3, (y * columns + x) * 3 + 3);
    }
  }
  return { columns, rows, data };
}

/** Arranges pictures in a grid on one picture. */
export function madeGrid(
  pictures: readonly Pixels[],
  across: number,
  gutter: number,
  ground: number,
): Pixels {
  const first = pictures[0]!;
  const down = Math.ceil(pictures.length / across);
  const columns = across * first.columns + (across - 1) * gutter;
  const rows = down * first.rows + (down - 1) * gutter;
  const data = new Uint8Array(columns * rows * 3).fill(ground);
  pictures.forEach((picture, i) => {
    const left = (i % across) * (first.columns + gutter);
    const top = Math.floor(i / across) * (first.rows + gutter);
    for (let y = 0; y < picture.rows; y++) {
      data.set(
        picture.data.subarray(y * picture.columns * 3, (y + 1) * picture.columns * 3),
        ((top + y) * columns + left) * 3,
      );
    }
  });
  return { columns, rows, data };
}

export function toPng({ columns, rows, data }: Pixels): Uint8Array {
  return encodePng({ columns, rows, channels: 3, data });
}

export async function toJpeg({ columns, rows, data }: Pixels): Promise<Uint8Array> {
  return new Uint8Array(
    await sharp(data, { raw: { width: columns, height: rows, channels: 3 } })
      .jpeg({ quality: 92 })
      .toBuffer(),
  );
}

/** A page that text is written on from the top, as in a paper. */
export class MadePage {
  constructor(
    readonly page: PDFPage,
    readonly font: PDFFont,
  ) {}

  /** Writes lines; `top` is the first baseline's distance from the page's top, in points. */
  lines(lines: readonly string[], x: number, top: number, size = 10): void {
    lines.forEach((line, i) => {
      this.page.drawText(line, {
        x,
        y: this.page.getHeight() - top - i * 1.2 * size,
        size,
        font: this.font,
      });
    });
  }
}

/** A PDF whose pages a test draws. */
export async function madePaper(
  draw: readonly ((page: MadePage, document: PDFDocument) => Promise<void> | void)[],
  meta: { readonly title?: string; readonly subject?: string } = {},
): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  const font = await document.embedFont(StandardFonts.TimesRoman);
  if (meta.title !== undefined) document.setTitle(meta.title);
  if (meta.subject !== undefined) document.setSubject(meta.subject);
  for (const step of draw) await step(new MadePage(document.addPage([595, 842]), font), document);
  return document.save();
}

/** Lines of running text, so that a page has a usual size. */
export const bodyText: readonly string[] = Array.from(
  { length: 14 },
  (_, i) =>
    `The patients of this study were read by two radiologists who knew no result, line ${i}.`,
);
