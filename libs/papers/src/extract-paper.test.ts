import { degrees } from 'pdf-lib';
import { expect, test } from 'vitest';
import { extractPaper, type Paper, type PaperFigure } from './extract-paper.js';
import { cutPixels } from './pdf/pixels.js';
import { bodyText, madeGrid, madePaper, madeSlice, toJpeg, toPng } from './made-paper.fixture.js';

async function extract(bytes: Uint8Array): Promise<{ paper: Paper; figures: PaperFigure[] }> {
  const figures: PaperFigure[] = [];
  const paper = await extractPaper(bytes, {
    onFigure: (figure) => {
      figures.push(figure);
    },
  });
  return { paper, figures };
}

test('a figure that is one JPEG gives the exact bytes of the file, with its caption and DOI', async () => {
  const jpeg = await toJpeg(madeSlice());
  const bytes = await madePaper(
    [
      async (page, document) => {
        page.lines(bodyText, 60, 70);
        page.page.drawImage(await document.embedJpg(jpeg), {
          x: 180,
          y: 360,
          width: 230,
          height: 187,
        });
        page.lines(
          [
            'Figure 1. Chest CT of a 45-year-old man with confirmed COVID-19 on day 5 after',
            'symptom onset shows ground-glass opac-',
            'ities in both lungs.',
          ],
          60,
          500,
          9,
        );
        page.lines(bodyText, 60, 560);
      },
    ],
    { title: 'Imaging findings of pneumonia in Wuhan', subject: 'doi:10.1101/2020.02.10.20021584' },
  );
  const { paper, figures } = await extract(bytes);
  expect(paper.doi).toBe('10.1101/2020.02.10.20021584');
  expect(figures).toHaveLength(1);
  const [figure] = figures;
  expect(figure?.caption?.text).toBe(
    'Figure 1. Chest CT of a 45-year-old man with confirmed COVID-19 on day 5 after symptom onset shows ground-glass opacities in both lungs.',
  );
  const panel = figure!.panels[0]!;
  expect(panel.kind).toBe('axial-ct');
  expect(panel.source).toBe('embedded');
  expect(panel.image.jpeg).toEqual(jpeg);
  expect(panel.label).toBe('positive');
  expect(panel.evidence[0]?.text).toBe('COVID-19');
  expect(panel.metadata.age?.value).toBe(45);
  expect(panel.metadata.sex?.value).toBe('M');
  expect(panel.metadata.time?.value).toBe('day 5 after symptom onset');
  // On the page: x 180–410, y 842 − 360 − 187 = 295 to 482.
  expect(panel.box.map(Math.round)).toEqual([180, 295, 410, 482]);
});

test('panels of one image get the parts of the caption that name them', async () => {
  const grid = madeGrid([madeSlice(256, 208, 1), madeSlice(256, 208, 2)], 2, 10, 255);
  const bytes = await madePaper([
    async (page, document) => {
      page.lines(bodyText, 60, 70);
      page.page.drawImage(await document.embedPng(toPng(grid)), {
        x: 80,
        y: 380,
        width: 430,
        height: 172,
      });
      page.lines(
        ['Fig. 2 (A) A patient with COVID-19. (B) A patient with bacterial pneumonia.'],
        60,
        480,
        9,
      );
      page.lines(bodyText, 60, 540);
    },
  ]);
  const { figures } = await extract(bytes);
  const panels = figures[0]!.panels.filter(({ kind }) => kind === 'axial-ct');
  expect(panels.map(({ letter, label }) => [letter, label])).toEqual([
    ['A', 'positive'],
    ['B', 'negative'],
  ]);
});

test('vector letters over an image make a rendering at the image’s own resolution', async () => {
  const slice = madeSlice();
  const bytes = await madePaper([
    async (page, document) => {
      page.lines(bodyText, 60, 70);
      page.page.drawImage(await document.embedPng(toPng(slice)), {
        x: 180,
        y: 360,
        width: 128,
        height: 104,
      });
      page.page.drawRectangle({ x: 185, y: 440, width: 20, height: 18 });
      page.lines(['Figure 1. Chest CT of a patient.'], 60, 500, 9);
    },
  ]);
  const { figures } = await extract(bytes);
  const panel = figures[0]!.panels[0]!;
  expect(panel.source).toBe('rendered');
  // 256 pixels over 128 points, as embedded.
  expect(figures[0]!.picture.pixels.columns).toBe(256);
});

test('a slice in a grid of tiles is one picture, and touching slices stay separate', async () => {
  const [side, tiles] = [64, 4];
  const pages = [madeSlice(256, 256, 1), madeSlice(256, 256, 2)];
  const bytes = await madePaper([
    async (page, document) => {
      page.lines(bodyText, 60, 70);
      for (const [k, slice] of pages.entries()) {
        for (let i = 0; i < tiles * tiles; i++) {
          const [left, top] = [(i % tiles) * side, Math.floor(i / tiles) * side];
          const tile = cutPixels(slice, { left, top, columns: side, rows: side });
          page.page.drawImage(await document.embedPng(toPng(tile)), {
            // The second slice begins where the first one ends.
            x: 90 + 200 * k + (left * 200) / 256,
            y: 360 + 200 - ((top + side) * 200) / 256,
            width: 50,
            height: 50,
          });
        }
      }
      page.lines(['Figure 1. (A) A patient with COVID-19. (B) A healthy control.'], 90, 500, 9);
    },
  ]);
  const { figures } = await extract(bytes);
  expect(figures[0]!.panels.map(({ kind, letter, label }) => [kind, letter, label])).toEqual([
    ['axial-ct', 'A', 'positive'],
    ['axial-ct', 'B', 'negative'],
  ]);
  expect(figures[0]!.panels.map(({ image }) => image.pixels.columns)).toEqual([256, 256]);
});

test('words under single panels belong to the figure and label the panels', async () => {
  const words = ['(a) COVID-19', '(b) healthy control', '(c) influenza', '(d) COVID-19'];
  const bytes = await madePaper([
    async (page, document) => {
      page.lines(bodyText.slice(0, 6), 60, 70);
      for (const [i, word] of words.entries()) {
        const [x, y] = [90 + (i % 2) * 215, 430 - Math.floor(i / 2) * 240];
        page.page.drawImage(await document.embedPng(toPng(madeSlice(256, 208, i + 1))), {
          ...{ x, y, width: 205, height: 200 },
        });
        page.lines([word], x + 70, 842 - y + 14, 9);
      }
      page.lines(['Figure 1. Chest CT of four subjects.'], 90, 690, 9);
    },
  ]);
  const { figures } = await extract(bytes);
  expect(figures).toHaveLength(1);
  expect(figures[0]!.panels.map(({ letter, label }) => [letter, label])).toEqual([
    ['A', 'positive'],
    ['B', 'negative'],
    ['C', 'negative'],
    ['D', 'positive'],
  ]);
});

test('a short caption at the left belongs to the picture in the middle', async () => {
  const draw = (captions: readonly string[]) =>
    madePaper([
      async (page, document) => {
        page.lines(bodyText, 60, 70);
        page.page.drawImage(await document.embedPng(toPng(madeSlice(256, 208, 3))), {
          ...{ x: 250, y: 400, width: 128, height: 104 },
        });
        page.lines(captions, 60, 460, 9);
        page.lines(bodyText, 60, 500);
      },
    ]);
  const one = await extract(await draw(['Extended Data Fig. 3 | CT of a volunteer.']));
  expect(one.figures.map(({ caption }) => caption?.text)).toEqual([
    'Extended Data Fig. 3 | CT of a volunteer.',
  ]);
});

test.each([
  ['(A) Chest X-ray and (B) CT of a patient with COVID-19.', ['grey-picture', 'axial-ct']],
  ['(A) Coronal CT and (B) axial CT of a patient.', ['grey-picture', 'axial-ct']],
])(
  'a panel that its part of the caption calls another view is no slice: %s',
  async (words, kinds) => {
    const grid = madeGrid([madeSlice(256, 208, 1), madeSlice(256, 208, 2)], 2, 10, 255);
    const bytes = await madePaper([
      async (page, document) => {
        page.lines(bodyText, 60, 70);
        page.page.drawImage(await document.embedPng(toPng(grid)), {
          ...{ x: 80, y: 380, width: 430, height: 172 },
        });
        page.lines([`Fig. 2 ${words}`], 60, 480, 9);
      },
    ]);
    const { figures } = await extract(bytes);
    expect(figures[0]!.panels.map(({ kind }) => kind)).toEqual(kinds);
  },
);

test('body text that begins like a caption, a logo and a page without figures make no figure', async () => {
  const logo = {
    columns: 40,
    rows: 30,
    data: new Uint8Array(40 * 30 * 3).map((_, i) => (i * 7) % 256),
  };
  const bytes = await madePaper([
    async (page, document) => {
      page.page.drawImage(await document.embedPng(toPng(logo)), {
        x: 40,
        y: 790,
        width: 40,
        height: 30,
      });
      page.lines(
        [
          ...bodyText.slice(0, 5),
          'Fig. 8 shows the violin plots of all the methods that were compared in this',
          ...bodyText.slice(6),
        ],
        60,
        90,
      );
    },
  ]);
  const { paper, figures } = await extract(bytes);
  expect(figures).toHaveLength(0);
  expect(paper.problems.map(({ code }) => code)).toEqual(['PAPER_NO_FIGURES']);
});

test('a rotated page is read as displayed', async () => {
  const bytes = await madePaper([
    async (page, document) => {
      // 90° clockwise: what a reader sees is 842 × 595.
      page.page.setRotation(degrees(90));
      page.page.drawImage(await document.embedPng(toPng(madeSlice())), {
        x: 400,
        y: 200,
        width: 187,
        height: 230,
        rotate: degrees(90),
      });
      page.page.drawText('Figure 1. Chest CT of a patient with COVID-19.', {
        x: 430,
        y: 200,
        size: 10,
        font: page.font,
        rotate: degrees(90),
      });
    },
  ]);
  const { figures } = await extract(bytes);
  expect(figures[0]?.caption?.text).toBe('Figure 1. Chest CT of a patient with COVID-19.');
});

test('a file that is not a PDF, encrypted or truncated is reported as such', async () => {
  await expect(extract(new TextEncoder().encode('hello'))).rejects.toMatchObject({
    code: 'PAPER_NOT_PDF',
  });
  await expect(extract(new Uint8Array(0))).rejects.toMatchObject({ code: 'PAPER_NOT_PDF' });
  const whole = await madePaper([
    (page) => {
      page.lines(bodyText, 60, 70);
    },
  ]);
  await expect(extract(whole.slice(0, 60))).rejects.toMatchObject({ code: 'PAPER_TRUNCATED' });
});

test('a page that is one scan without text is reported, and its picture is cut out', async () => {
  // 1240 × 1754: A4 at 150 dpi, paper with a slice in the middle.
  const [columns, rows] = [1240, 1754];
  const data = new Uint8Array(columns * rows * 3).fill(245);
  const slice = madeSlice(512, 416);
  for (let y = 0; y < slice.rows; y++) {
    data.set(slice.data.subarray(y * 512 * 3, (y + 1) * 512 * 3), ((500 + y) * columns + 360) * 3);
  }
  const jpeg = await toJpeg({ columns, rows, data });
  const bytes = await madePaper([
    async (page, document) => {
      page.page.drawImage(await document.embedJpg(jpeg), { x: 0, y: 0, width: 595, height: 842 });
    },
  ]);
  const { paper, figures } = await extract(bytes);
  expect(paper.problems.map(({ code, page }) => [code, page])).toEqual([['PAPER_SCANNED', 1]]);
  const slices = figures.flatMap(({ panels }) => panels).filter(({ kind }) => kind === 'axial-ct');
  expect(slices).toHaveLength(1);
  // 512 of 1240 pixels over 595 points.
  expect(slices[0]!.box[2] - slices[0]!.box[0]).toBeCloseTo((512 * 595) / 1240, -1);
});

test('a document that takes too long keeps the finished pages and names where it stopped', async () => {
  const bytes = await madePaper(
    Array.from({ length: 4 }, () => (page) => {
      page.lines(bodyText, 60, 70);
    }),
  );
  const paper = await extractPaper(bytes, { milliseconds: 0, onFigure: () => undefined });
  expect(paper.problems[0]).toMatchObject({ code: 'PAPER_TIMEOUT', page: 1 });
  expect(paper.pagesRead).toBe(0);
});
