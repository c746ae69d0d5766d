import type { PDFDocument } from 'pdf-lib';
import { expect, test } from 'vitest';
import { extractPaper, type PaperFigure } from './extract-paper.js';
import { bodyText, madePaper, madeSlice, toJpeg, type MadePage } from './made-paper.fixture.js';

/** Each figure's label, as number and prefix, and its caption. */
async function captionsOf(
  ...pages: ((page: MadePage, document: PDFDocument) => Promise<void> | void)[]
): Promise<(string | undefined)[]> {
  const figures: PaperFigure[] = [];
  await extractPaper(await madePaper(pages), {
    onFigure: (figure) => {
      figures.push(figure);
    },
  });
  return figures.map(({ caption }) => caption?.text);
}

/** Draws a slice; `top` is the distance of its upper edge from the page's. */
async function slice(
  { page }: MadePage,
  document: PDFDocument,
  { x, top, width = 230, seed = 1 }: { x: number; top: number; width?: number; seed?: number },
): Promise<void> {
  const height = (width * 208) / 256;
  const image = await document.embedJpg(await toJpeg(madeSlice(256, 208, seed)));
  page.drawImage(image, { x, y: page.getHeight() - top - height, width, height });
}

const shortBody = bodyText.map((line) => line.slice(0, 44));

test('a caption above its figure belongs to it', async () => {
  const captions = await captionsOf(async (page, document) => {
    page.lines(bodyText, 60, 70);
    page.lines(['Figure 1. Axial chest CT of a woman with COVID-19 pneumonia.'], 60, 265, 9);
    await slice(page, document, { x: 180, top: 275 });
    page.lines(bodyText, 60, 500);
  });
  expect(captions).toEqual(['Figure 1. Axial chest CT of a woman with COVID-19 pneumonia.']);
});

test('a caption next to its figure belongs to it', async () => {
  const captions = await captionsOf(async (page, document) => {
    page.lines(bodyText, 60, 70);
    await slice(page, document, { x: 60, top: 270 });
    page.lines(
      [
        'Figure 1. Axial chest CT of a',
        '61-year-old woman with COVID-19',
        'on the day of admission.',
      ],
      310,
      300,
      9,
    );
    page.lines(bodyText, 60, 500);
  });
  expect(captions).toEqual([
    'Figure 1. Axial chest CT of a 61-year-old woman with COVID-19 on the day of admission.',
  ]);
});

test('each column of a page keeps its own figure and caption', async () => {
  const captions = await captionsOf(async (page, document) => {
    page.lines(shortBody, 50, 70);
    page.lines(shortBody, 310, 70);
    await slice(page, document, { x: 50, top: 260, width: 225 });
    await slice(page, document, { x: 310, top: 300, width: 225, seed: 2 });
    page.lines(['Figure 1. CT of a man with COVID-19,', 'six days after onset.'], 50, 462, 9);
    page.lines(['Figure 2. CT of a healthy control,', 'without any opacity.'], 310, 502, 9);
    page.lines(shortBody, 50, 520);
    page.lines(shortBody, 310, 560);
  });
  expect(captions).toEqual([
    'Figure 1. CT of a man with COVID-19, six days after onset.',
    'Figure 2. CT of a healthy control, without any opacity.',
  ]);
});

test('a caption that continues on the next page is whole', async () => {
  const captions = await captionsOf(
    async (page, document) => {
      page.lines(bodyText, 60, 70);
      await slice(page, document, { x: 120, top: 440, width: 360 });
      page.lines(
        [
          'Figure 1. Axial chest CT of three patients with COVID-19. The first was scanned on',
          'the day of admission, the second was scanned four days after the first symptom, and',
        ],
        60,
        755,
        9,
      );
    },
    (page) => {
      page.lines(['the third was scanned after recovery.'], 60, 70, 9);
      page.lines(bodyText, 60, 120);
    },
  );
  expect(captions).toEqual([
    'Figure 1. Axial chest CT of three patients with COVID-19. The first was scanned on the day of admission, the second was scanned four days after the first symptom, and the third was scanned after recovery.',
  ]);
});

test.each([
  ['Supplementary Figure 2. Chest CT of a patient with COVID-19.'],
  ['Extended Data Fig. 4 | Chest CT of a patient with COVID-19.'],
  ['Fig. S3. Chest CT of a patient with COVID-19.'],
  ['Fig. 3 (A–D). Chest CT of a patient with COVID-19.'],
])('%s is a caption', async (text) => {
  const captions = await captionsOf(async (page, document) => {
    page.lines(bodyText, 60, 70);
    await slice(page, document, { x: 180, top: 270 });
    page.lines([text], 60, 475, 9);
    page.lines(bodyText, 60, 520);
  });
  expect(captions).toEqual([text]);
});
