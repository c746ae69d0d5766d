import { encodePng } from '@groundglass/core';
import {
  documentKey,
  extractPaper,
  isGreyPicture,
  panelName,
  type PaperFigure,
  type PaperPanel,
} from '@groundglass/papers';
import type { ReviewEvidence, ReviewPanel, ReviewRow } from '@groundglass/papers/review';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import {
  extractVersion,
  pictureFolders,
  type ExtractAnswer,
  type ExtractedDocument,
  type ExtractRequest,
} from './extract-protocol.js';

/** Reads one PDF and writes the pictures of its figures and slices to the staging folder. */
export async function extractDocument(
  request: ExtractRequest,
  send: (answer: ExtractAnswer) => void,
): Promise<ExtractedDocument> {
  const { path, name, sha256, staging } = request;
  for (const folder of pictureFolders) await mkdir(join(staging, folder), { recursive: true });
  const figures: Omit<ReviewRow, 'document'>[] = [];
  const paper = await extractPaper(await readFile(path), {
    name,
    memoryMiB: Math.floor(request.memoryMiB * 0.6),
    milliseconds: request.seconds * 1000,
    mostPages: request.mostPages,
    onProgress: (progress) => {
      send({ type: 'progress', ...progress });
    },
    onFigure: async (figure) => {
      figures.push(await writeFigure(figure, staging));
    },
  });
  const { doi, arxiv, title } = paper;
  const key = documentKey(doi ?? arxiv ?? name);
  return {
    version: extractVersion,
    sha256,
    name,
    pages: paper.pages,
    pagesRead: paper.pagesRead,
    problems: paper.problems,
    rows: figures.map((figure) => ({
      ...figure,
      document: { key, file: name, sha256, doi, arxiv, title },
    })),
  };
}

async function writeFigure(
  figure: PaperFigure,
  staging: string,
): Promise<Omit<ReviewRow, 'document'>> {
  const name = stagedName(figure, null);
  const path = await writePicture(staging, `figures/${name}`, figure.picture);
  const panels: ReviewPanel[] = [];
  for (const panel of figure.panels) {
    const image =
      panel.kind === 'axial-ct'
        ? await writePicture(
            staging,
            `images/${stagedName(figure, figure.panels.length > 1 ? panel.index : null)}`,
            panel.image,
          )
        : null;
    panels.push(toReviewPanel(panel, image));
  }
  return {
    id: name,
    page: figure.page,
    figure: figure.number,
    caption: figure.caption?.text ?? null,
    citing: figure.citing.map(({ text }) => text),
    picture: { path, columns: figure.picture.pixels.columns, rows: figure.picture.pixels.rows },
    pageView: await writePage(figure, staging),
    panels,
    state: 'open',
  };
}

/** Writes the page of a figure; all figures of a page share it. */
async function writePage(
  { page, pageView }: PaperFigure,
  staging: string,
): Promise<ReviewRow['pageView']> {
  if (!pageView) return null;
  const { columns, rows, data } = pageView.pixels;
  const path = `pages/p${page}.jpg`;
  await sharp(data, { raw: { width: columns, height: rows, channels: 3 } })
    .jpeg({ quality: 70 })
    .toFile(join(staging, path));
  return { path, columns, rows, figure: pageView.figure };
}

/** A panel's name without its document, which has no key yet. */
function stagedName({ page, index }: PaperFigure, panel: number | null): string {
  return panelName('x', { page, figure: index, panel }).replace(/^x-/, '');
}

function toReviewPanel(panel: PaperPanel, image: string | null): ReviewPanel {
  const fields = Object.entries(panel.metadata) as [
    string,
    { value: string | number; evidence: ReviewEvidence } | null,
  ][];
  return {
    id: String(panel.index),
    box: panel.pictureBox,
    kind: panel.kind,
    letter: panel.letter,
    subCaption: panel.subCaption,
    label: panel.label,
    confidence: Math.round(panel.confidence * 1000) / 1000,
    evidence: [...panel.evidence],
    image,
    decidedBy: 'machine',
    source: panel.source,
    pageBox: panel.box.map((value) => Math.round(value * 100) / 100) as [
      number,
      number,
      number,
      number,
    ],
    object: panel.object,
    metadata: Object.fromEntries(fields.map(([field, read]) => [field, read?.value ?? null])),
    metadataEvidence: Object.fromEntries(
      fields.flatMap(([field, read]) => (read ? [[field, read.evidence]] : [])),
    ),
  };
}

/** Writes the file's own JPEG if there is one, else a PNG, grey if it has no colour. @returns the path with its extension. */
async function writePicture(
  staging: string,
  path: string,
  { pixels, jpeg }: PaperFigure['picture'],
): Promise<string> {
  if (jpeg) {
    await writeFile(join(staging, `${path}.jpg`), jpeg);
    return `${path}.jpg`;
  }
  const grey = isGreyPicture(pixels);
  await writeFile(
    join(staging, `${path}.png`),
    encodePng({
      columns: pixels.columns,
      rows: pixels.rows,
      channels: grey ? 1 : 3,
      data: grey ? pixels.data.filter((_, i) => i % 3 === 0) : pixels.data,
    }),
  );
  return `${path}.png`;
}
