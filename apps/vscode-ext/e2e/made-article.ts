import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PDFDocument, StandardFonts, type PDFFont, type PDFPage } from 'pdf-lib';

const pictures = join(import.meta.dirname, '../sample-dataset/images');

/** A figure of a generated article: phantoms in a row, and the caption below. */
export interface MadeFigure {
  readonly phantoms: readonly number[];
  readonly caption: string;
}

/** A page, written from the top. */
class Sheet {
  #top = 64;
  constructor(
    readonly page: PDFPage,
    readonly fonts: { readonly plain: PDFFont; readonly bold: PDFFont },
  ) {}

  /** Writes words, wrapped into lines. */
  write(text: string, { size = 10, font = this.fonts.plain, after = 8 } = {}): void {
    const width = this.page.getWidth() - 120;
    let line = '';
    const flush = (): void => {
      const y = this.page.getHeight() - this.#top;
      this.page.drawText(line, { x: 60, y, size, font });
      this.#top += 1.25 * size;
      line = '';
    };
    for (const word of text.split(' ')) {
      if (line !== '' && font.widthOfTextAtSize(`${line} ${word}`, size) > width) flush();
      line = line === '' ? word : `${line} ${word}`;
    }
    flush();
    this.#top += after;
  }

  async draw(document: PDFDocument, phantoms: readonly number[]): Promise<void> {
    const names = readdirSync(pictures).sort();
    const side = (this.page.getWidth() - 120 - 6 * (phantoms.length - 1)) / phantoms.length;
    for (const [i, phantom] of phantoms.entries()) {
      const bytes = readFileSync(join(pictures, names[phantom % names.length]!));
      this.page.drawImage(await document.embedPng(bytes), {
        x: 60 + i * (side + 6),
        y: this.page.getHeight() - this.#top - side,
        width: side,
        height: side,
      });
    }
    this.#top += side + 16;
  }
}

const body = [
  'All scans were read by two radiologists who did not know the result of the test. Where they did not agree, a third one decided. The readers saw axial slices of 1 mm in a lung window, and marked the lobes in which they found an opacity.',
  'Patients whose test was negative twice were followed for two weeks. Scans with motion that hid a lobe were left out, as were scans after surgery of the lung. The time between the first symptom and the scan was taken from the record of admission.',
  'Opacities were bilateral in most patients and lay under the pleura. They grew in the second week and were absorbed slowly after it. The share of the lung that they took agreed with the need for oxygen.',
];

/** An article as a PDF: a title, text, and a page for each figure. Its slices are drawn phantoms. */
export async function madeArticle(
  title: string,
  figures: readonly MadeFigure[],
): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  document.setTitle(title);
  const fonts = {
    plain: await document.embedFont(StandardFonts.TimesRoman),
    bold: await document.embedFont(StandardFonts.TimesRomanBold),
  };
  for (const [i, { phantoms, caption }] of figures.entries()) {
    const sheet = new Sheet(document.addPage([595, 842]), fonts);
    if (i === 0) sheet.write(title, { size: 18, font: fonts.bold, after: 14 });
    for (const text of body) sheet.write(text);
    await sheet.draw(document, phantoms);
    sheet.write(caption, { size: 9, after: 14 });
    for (const text of body) sheet.write(text);
  }
  return document.save();
}
