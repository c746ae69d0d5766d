import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import {
  degrees,
  PDFDocument,
  PDFHexString,
  PDFName,
  PDFRawStream,
  StandardFonts,
  type PDFFont,
  type PDFPage,
} from 'pdf-lib';
import sharp from 'sharp';

/** A drawn axial slice as a JPEG: black air, a bright body, two dark lungs, a spine. Seeds differ in the lungs' shape and place. */
export function sliceJpeg(seed = 1, quality = 92, [columns, rows] = [320, 260]): Promise<Buffer> {
  const data = new Uint8Array(columns * rows);
  let state = seed * 7919 + 17;
  const noise = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  const [size, shift] = [0.26 + 0.02 * (seed % 5), 0.03 * ((seed % 7) - 3)];
  const spots = Array.from({ length: 60 }, () => [noise() * 2 - 1, noise() * 2 - 1, noise()]);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const [u, v] = [(2 * x) / columns - 1, (2 * y) / rows - 1];
      let value = 6 + 6 * noise();
      if (Math.hypot(u / 0.92, v / 0.86) < 1) value = 150 + 20 * noise();
      const inLung = [-0.42, 0.42].some(
        (centre) => Math.hypot((u - centre) / size, (v - shift) / 0.58) < 1,
      );
      if (inLung) {
        value = 42 + 18 * noise();
        for (const [a, b, c] of spots)
          if (Math.hypot(u - a!, v - b!) < 0.015 + 0.03 * c!) value = 120;
      }
      if (Math.hypot(u / 0.1, (v - 0.62) / 0.12) < 1) value = 235;
      data[y * columns + x] = value;
    }
  }
  return sharp(data, { raw: { width: columns, height: rows, channels: 1 } })
    .jpeg({ quality })
    .toBuffer();
}

/** Options of {@link paper}. */
export interface PaperOptions {
  readonly seed?: number;
  readonly quality?: number;
  readonly doi?: string;
  readonly caption?: string;
  /** Pages of text before the figure's. */
  readonly pagesBefore?: number;
  readonly rotation?: 0 | 90 | 180 | 270;
  readonly script?: string;
}

export const usualCaption =
  'Figure 1. Chest CT of a 52-year-old man with confirmed COVID-19 on day 6 after symptom onset.';

/** An article with one figure: a slice with its caption, after pages of text. */
export async function paper(options: PaperOptions = {}): Promise<Uint8Array> {
  return (await paperDocument(options)).save();
}

export async function paperDocument({
  seed = 1,
  quality = 92,
  doi,
  caption = usualCaption,
  pagesBefore = 0,
  rotation = 0,
  script,
}: PaperOptions = {}): Promise<PDFDocument> {
  const document = await PDFDocument.create({ updateMetadata: false });
  const font = await document.embedFont(StandardFonts.TimesRoman);
  if (doi !== undefined) document.setSubject(`doi:${doi}`);
  if (script !== undefined) document.addJavaScript('main', script);
  for (let i = 0; i < pagesBefore; i++)
    write(document.addPage([595, 842]), font, bodyText(i).slice(0, 3), 70);
  const page = document.addPage([595, 842]);
  const image = await document.embedJpg(await sliceJpeg(seed, quality));
  write(page, font, bodyText(0), 70);
  page.drawImage(image, { x: 180, y: 360, width: 230, height: 187 });
  write(page, font, [caption], 500, 9);
  write(page, font, bodyText(1), 540);
  page.setRotation(degrees(rotation));
  return document;
}

/** An article with a figure on each page: a slice with its caption, drawn with increasing seeds. */
export async function caseSeries(captions: readonly string[], seed = 1): Promise<Uint8Array> {
  const document = await PDFDocument.create({ updateMetadata: false });
  const font = await document.embedFont(StandardFonts.TimesRoman);
  for (const [i, caption] of captions.entries()) {
    const page = document.addPage([595, 842]);
    const image = await document.embedJpg(await sliceJpeg(seed + i));
    write(page, font, bodyText(i), 70);
    page.drawImage(image, { x: 180, y: 360, width: 230, height: 187 });
    write(page, font, [`Figure ${i + 1}. ${caption}`], 500, 9);
    write(page, font, bodyText(i + 20), 540);
  }
  return document.save();
}

/** Lines of text from the top; `top` is the first baseline, in points. */
function write(
  page: PDFPage,
  font: PDFFont,
  lines: readonly string[],
  top: number,
  size = 10,
): void {
  lines.forEach((line, i) => {
    page.drawText(line, { x: 60, y: page.getHeight() - top - i * 1.2 * size, size, font });
  });
}

function bodyText(part: number): string[] {
  return Array.from(
    { length: 14 },
    (_, i) => `The patients of this study were read by two radiologists, part ${part}, line ${i}.`,
  );
}

/** Text without a figure. */
export async function textOnly(): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  const font = await document.embedFont(StandardFonts.TimesRoman);
  write(document.addPage([595, 842]), font, bodyText(0), 70);
  return document.save();
}

/** A scanned page: one picture of paper with a slice on it, without a text layer. */
export async function scanned(): Promise<Uint8Array> {
  const slice = await sharp(await sliceJpeg(3))
    .resize(512, 416)
    .toBuffer();
  const page = await sharp({
    create: { width: 1240, height: 1754, channels: 3, background: '#f5f5f5' },
  })
    .composite([{ input: slice, left: 360, top: 500 }])
    .jpeg({ quality: 92 })
    .toBuffer();
  const document = await PDFDocument.create();
  document
    .addPage([595, 842])
    .drawImage(await document.embedJpg(page), { x: 0, y: 0, width: 595, height: 842 });
  return document.save();
}

/**
 * An article that starts with a page whose content inflates to so many MiB of blanks (through two filters, so that the file
 * stays small) and a page whose image claims 40,000 × 40,000 pixels.
 */
export async function bomb(mebibytes: number): Promise<Uint8Array> {
  const document = await paperDocument();
  const { context } = document;
  const blanks = deflateSync(deflateSync(Buffer.alloc(mebibytes * 1024 * 1024, ' ')));
  const content = document.insertPage(0, [595, 842]);
  const stream = context.stream(blanks, { Filter: ['FlateDecode', 'FlateDecode'] });
  content.node.set(PDFName.of('Contents'), context.register(stream));
  const picture = document.insertPage(1, [595, 842]);
  const image = context.stream(deflateSync(Buffer.alloc(64 * 1024 * 1024)), {
    Type: 'XObject',
    Subtype: 'Image',
    Width: 40_000,
    Height: 40_000,
    ColorSpace: 'DeviceGray',
    BitsPerComponent: 8,
    Filter: 'FlateDecode',
  });
  const name = picture.node.newXObject('Im', context.register(image));
  const draw = context.stream(`q 400 0 0 400 90 300 cm ${name.asString()} Do Q`);
  picture.node.set(PDFName.of('Contents'), context.register(draw));
  return document.save();
}

/** An article whose font has neither Unicode nor glyph names: each character is a box. */
export async function withoutUnicode(): Promise<Uint8Array> {
  const document = await paperDocument();
  const { context } = document;
  const page = document.insertPage(0, [595, 842]);
  const box = context.register(context.stream('500 0 0 0 400 700 d1 0 0 400 700 re f'));
  const codes = Array.from({ length: 26 }, (_, i) => 65 + i);
  const font = context.obj({
    Type: 'Font',
    Subtype: 'Type3',
    FontBBox: [0, 0, 500, 700],
    FontMatrix: [0.001, 0, 0, 0.001, 0, 0],
    CharProcs: Object.fromEntries(codes.map((code) => [`q${code}`, box])),
    Encoding: { Type: 'Encoding', Differences: [65, ...codes.map((code) => `q${code}`)] },
    FirstChar: 65,
    LastChar: 90,
    Widths: codes.map(() => 500),
    Resources: {},
  });
  const name = page.node.newFontDictionary('F', context.register(font));
  const lines = Array.from(
    { length: 20 },
    () => '(THEQUICKBROWNFOXJUMPSOVERTHELAZYDOG) Tj 0 -14 Td',
  );
  const text = context.stream(`BT ${name.asString()} 10 Tf 60 760 Td ${lines.join(' ')} ET`);
  page.node.set(PDFName.of('Contents'), context.register(text));
  return document.save();
}

const padding = Buffer.from(
  '28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a',
  'hex',
);

/**
 * An article encrypted with RC4 and a key of 40 bits (PDF 1.7, 7.6.2: security handler of revision 2).
 *
 * @param password that opens it; empty for a file that anyone may read and only its owner may change.
 */
export async function encrypted(password: string): Promise<Uint8Array> {
  const document = await paperDocument();
  // Objects are numbered and written once, so that the encrypted bytes are the saved ones.
  const loaded = await PDFDocument.load(await document.save({ useObjectStreams: false }), {
    updateMetadata: false,
  });
  const { context } = loaded;
  const id = Buffer.alloc(16, 7);
  const permissions = Buffer.alloc(4);
  permissions.writeInt32LE(-44);
  const user = padded(password);
  const owner = rc4(md5(padded('owner')).subarray(0, 5), user);
  const key = md5(user, owner, permissions, id).subarray(0, 5);
  for (const [ref, object] of context.enumerateIndirectObjects()) {
    if (!(object instanceof PDFRawStream)) continue;
    const number = Buffer.alloc(5);
    number.writeUIntLE(ref.objectNumber, 0, 3);
    number.writeUInt16LE(ref.generationNumber, 3);
    const own = md5(key, number).subarray(0, 10);
    context.assign(ref, PDFRawStream.of(object.dict, rc4(own, object.contents)));
  }
  const hex = (bytes: Uint8Array) => PDFHexString.of(Buffer.from(bytes).toString('hex'));
  context.trailerInfo.ID = context.obj([hex(id), hex(id)]);
  context.trailerInfo.Encrypt = context.obj({
    Filter: 'Standard',
    V: 1,
    R: 2,
    P: -44,
    O: hex(owner),
    U: hex(rc4(key, padding)),
  });
  return loaded.save({ useObjectStreams: false });
}

function padded(password: string): Buffer {
  return Buffer.concat([Buffer.from(password, 'latin1'), padding]).subarray(0, 32);
}

function md5(...parts: readonly Uint8Array[]): Buffer {
  return createHash('md5').update(Buffer.concat(parts)).digest();
}

function rc4(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const state = Array.from({ length: 256 }, (_, i) => i);
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + state[i]! + key[i % key.length]!) & 255;
    [state[i], state[j]] = [state[j]!, state[i]!];
  }
  let [i, j] = [0, 0];
  return bytes.map((byte) => {
    i = (i + 1) & 255;
    j = (j + state[i]!) & 255;
    [state[i], state[j]] = [state[j]!, state[i]!];
    return byte ^ state[(state[i]! + state[j]!) & 255]!;
  });
}
