import { PaperError } from '../errors.js';
import {
  apply,
  area,
  concat,
  height,
  identity,
  intersection,
  mapBox,
  overlapArea,
  width,
  type Matrix,
  type PageBox,
} from '../geometry.js';
import { readBitmap } from './bitmap.js';
import type { Pixels } from './pixels.js';
import type { Pdfium } from './pdfium.js';
import { readBuffer, Scratch } from './scratch.js';

/** One character on the page. */
export interface Glyph {
  readonly text: string;
  readonly box: PageBox;
  /** Where its baseline starts. */
  readonly x: number;
  readonly baseline: number;
  /** Font size in points on the page. */
  readonly size: number;
  readonly bold: boolean;
  /** Drawn with render mode 3, as the text layer of a scan. */
  readonly hidden: boolean;
  /** A blank that PDFium inserted for a gap. */
  readonly generated: boolean;
}

/** An image placed on the page. */
export interface PlacedImage {
  readonly kind: 'image';
  /** Its visible part: clipped and cut at the page's border. */
  readonly box: PageBox;
  /** The whole image, including parts outside a clip. */
  readonly fullBox: PageBox;
  readonly columns: number;
  readonly rows: number;
  /** Bytes of its stream as it is in the file. */
  readonly bytes: number;
  /** Filters of its stream, such as `DCTDecode`. */
  readonly filters: readonly string[];
  /** Whether it is upright on the page: neither turned nor mirrored. */
  readonly upright: boolean;
  /** Position in the page's drawing order. */
  readonly order: number;
  /** PDFium's object; valid while the page is open. */
  readonly handle: number;
}

/** A path, shading or text over an image, as a box. */
export interface PlacedShape {
  readonly kind: 'path' | 'shading' | 'text';
  readonly box: PageBox;
  readonly order: number;
  /** White and filled: a cover or a background. */
  readonly white: boolean;
}

/** The contents of a page. */
export interface PageGraphics {
  readonly images: readonly PlacedImage[];
  readonly shapes: readonly PlacedShape[];
}

/** Objects of a page that are read; a map of a million paths is recognised as a plot all the same. */
const mostObjects = 60_000;
/** `FPDF_PAGEOBJ_…`. */
const objectTypes = { text: 1, path: 2, image: 3, shading: 4, form: 5 } as const;
/** `FPDF_ANNOT` is off: annotations are the reader's. */
const renderFlags = 0;
/** `FPDFBitmap_BGRx`. */
const bgrx = 3;
/** Most pixels that one picture may have. */
export const mostPixels = 100_000_000;

/** One open page. Boxes are in points, origin top left, as the page is read: its rotation is applied. */
export class PdfPage {
  readonly width: number;
  readonly height: number;
  readonly #toView: Matrix;
  readonly #scratch: Scratch;
  #turned: 0 | 1 | 2 | 3 = 0;
  #turnMatrix: Matrix = identity;
  #viewWidth: number;
  #viewHeight: number;
  readonly #pdfium: Pdfium;
  readonly #handle: number;

  constructor(
    pdfium: Pdfium,
    handle: number,
    /** From 1. */
    readonly number: number,
  ) {
    this.#pdfium = pdfium;
    this.#handle = handle;
    this.#scratch = new Scratch(pdfium);
    const scratch = this.#scratch;
    pdfium._FPDF_GetPageBoundingBox(handle, scratch.pointer);
    // FS_RECTF: left, top, right, bottom.
    const [l, t, r, b] = [0, 1, 2, 3].map((i) => scratch.packedFloat(i)) as [
      number,
      number,
      number,
      number,
    ];
    const rotation = pdfium._FPDFPage_GetRotation(handle) & 3;
    const [w, h] = [r - l, t - b];
    this.#toView = (
      [
        [1, 0, 0, -1, -l, t],
        [0, 1, 1, 0, -b, -l],
        [-1, 0, 0, 1, r, -b],
        [0, -1, -1, 0, t, r],
      ] as const
    )[rotation as 0 | 1 | 2 | 3];
    [this.width, this.height] = rotation % 2 === 0 ? [w, h] : [h, w];
    this.#viewWidth = this.width;
    this.#viewHeight = this.height;
  }

  /** The page as a box, in the view that boxes are given in. */
  get box(): PageBox {
    return [0, 0, this.#viewWidth, this.#viewHeight];
  }

  /** Quarter turns (clockwise) that were added to read text that runs up or down the page. */
  get turn(): number {
    return this.#turned;
  }

  /** Maps a box of the turned view back to the page as a viewer shows it. */
  toPage(box: PageBox): PageBox {
    return mapBox(invert(this.#turnMatrix), box);
  }

  /** The page's characters in drawing order, and the share of them without known Unicode. */
  readText(): { glyphs: Glyph[]; unmapped: number } {
    const pdfium = this.#pdfium;
    const scratch = this.#scratch;
    const text = pdfium._FPDFText_LoadPage(this.#handle);
    if (text === 0) return { glyphs: [], unmapped: 0 };
    try {
      const count = pdfium._FPDFText_CountChars(text);
      const raw: RawGlyph[] = [];
      let unmapped = 0;
      const fonts = new Map<number, FontOf>();
      let lastObject = -1;
      let font: FontOf = { bold: false, hidden: false };
      for (let i = 0; i < count; i++) {
        const code = pdfium._FPDFText_GetUnicode(text, i);
        if (code === 10 || code === 13) continue;
        if (pdfium._FPDFText_HasUnicodeMapError(text, i) === 1 || isPrivate(code)) unmapped++;
        const generated = pdfium._FPDFText_IsGenerated(text, i) === 1;
        if (
          pdfium._FPDFText_GetCharBox(
            text,
            i,
            scratch.at(0),
            scratch.at(1),
            scratch.at(2),
            scratch.at(3),
          ) === 0
        )
          continue;
        const box: PageBox = [
          scratch.double(0),
          scratch.double(2),
          scratch.double(1),
          scratch.double(3),
        ];
        pdfium._FPDFText_GetCharOrigin(text, i, scratch.at(0), scratch.at(1));
        const origin: [number, number] = [scratch.double(0), scratch.double(1)];
        const fontSize = pdfium._FPDFText_GetFontSize(text, i);
        pdfium._FPDFText_GetMatrix(text, i, scratch.pointer);
        const [a, b, c, d] = [0, 1, 2, 3].map((k) => scratch.packedFloat(k)) as [
          number,
          number,
          number,
          number,
        ];
        const object = pdfium._FPDFText_GetTextObject(text, i);
        if (object !== lastObject && object !== 0) {
          font = this.#fontOf(object, fonts);
          lastObject = object;
        }
        raw.push({
          text: charOf(code),
          box,
          origin,
          size: fontSize * Math.hypot(c, d) || height(box),
          angle: Math.atan2(b, a),
          generated,
          ...font,
        });
      }
      this.#turnToText(raw);
      const view = this.#view();
      return {
        glyphs: raw.map((glyph) => {
          const [x, baseline] = apply(view, ...glyph.origin);
          return {
            text: glyph.text,
            box: mapBox(view, glyph.box),
            x,
            baseline,
            size: glyph.size,
            bold: glyph.bold,
            hidden: glyph.hidden,
            generated: glyph.generated,
          };
        }),
        unmapped: raw.length === 0 ? 0 : unmapped / raw.length,
      };
    } finally {
      pdfium._FPDFText_ClosePage(text);
    }
  }

  /** Images and other drawn things, including those inside forms. Call {@link readText} first: it may turn the view. */
  readGraphics(): PageGraphics {
    const images: PlacedImage[] = [];
    const shapes: PlacedShape[] = [];
    let order = 0;
    const visit = (object: number, matrix: Matrix, clip: PageBox, depth: number): void => {
      const pdfium = this.#pdfium;
      if (order++ > mostObjects) return;
      const type = pdfium._FPDFPageObj_GetType(object);
      const visible = this.#clipOf(object, matrix, clip);
      if (type === objectTypes.form) {
        if (depth > 12) return;
        const inner = concat(this.#matrixOf(object), matrix);
        const count = pdfium._FPDFFormObj_CountObjects(object);
        for (let i = 0; i < count; i++) {
          visit(pdfium._FPDFFormObj_GetObject(object, i), inner, visible, depth + 1);
        }
        return;
      }
      if (type === objectTypes.image) {
        const placed = concat(this.#matrixOf(object), matrix);
        const fullBox = mapBox(placed, [0, 0, 1, 1]);
        const box = intersection(fullBox, visible);
        if (!(width(box) > 0.5 && height(box) > 0.5)) return;
        const scratch = this.#scratch;
        pdfium._FPDFImageObj_GetImagePixelSize(object, scratch.at(0), scratch.at(1));
        const filterCount = pdfium._FPDFImageObj_GetImageFilterCount(object);
        images.push({
          kind: 'image',
          box,
          fullBox,
          columns: scratch.int(0),
          rows: scratch.int(1),
          bytes: pdfium._FPDFImageObj_GetImageDataRaw(object, 0, 0),
          filters: Array.from({ length: Math.max(0, filterCount) }, (_, i) =>
            Buffer.from(
              readBuffer(pdfium, (buffer, size) =>
                pdfium._FPDFImageObj_GetImageFilter(object, i, buffer, size),
              ),
            )
              .toString('latin1')
              .replace(/\0.*$/, ''),
          ),
          // The unit square's y grows upwards, the view's downwards.
          upright:
            placed[0] > 0 &&
            placed[3] < 0 &&
            Math.abs(placed[1]) + Math.abs(placed[2]) < 1e-3 * (placed[0] - placed[3]),
          order,
          handle: object,
        });
        return;
      }
      const box = intersection(this.#boundsOf(object, matrix), visible);
      if (!(width(box) >= 0 && height(box) >= 0)) return;
      if (type === objectTypes.text) {
        shapes.push({ kind: 'text', box, order, white: false });
      } else if (type === objectTypes.path || type === objectTypes.shading) {
        shapes.push({
          kind: type === objectTypes.path ? 'path' : 'shading',
          box,
          order,
          white: type === objectTypes.path && this.#isWhite(object),
        });
      }
    };
    const view = this.#view();
    const count = this.#pdfium._FPDFPage_CountObjects(this.#handle);
    for (let i = 0; i < count && order < mostObjects; i++) {
      visit(this.#pdfium._FPDFPage_GetObject(this.#handle, i), view, this.box, 0);
    }
    return { images: images.filter(({ box }) => area(box) > 0), shapes };
  }

  /**
   * Draws a part of the page on white.
   *
   * @param scale pixels per point.
   * @throws {PaperError} `PAPER_TOO_LARGE` past 100 million pixels.
   */
  render(box: PageBox, scale: number): Pixels {
    const pdfium = this.#pdfium;
    const scratch = this.#scratch;
    const columns = Math.max(1, Math.round(width(box) * scale));
    const rows = Math.max(1, Math.round(height(box) * scale));
    if (columns * rows > mostPixels) {
      throw new PaperError(
        'PAPER_TOO_LARGE',
        `Expected at most ${mostPixels} pixels, page ${this.number} asks for ${columns}×${rows}`,
      );
    }
    const bitmap = pdfium._FPDFBitmap_CreateEx(columns, rows, bgrx, 0, 0);
    if (bitmap === 0)
      throw new PaperError(
        'PAPER_MEMORY',
        `A picture of page ${this.number} does not fit into memory`,
      );
    try {
      pdfium._FPDFBitmap_FillRect(bitmap, 0, 0, columns, rows, 0xffffffff);
      // PDFium's matrix starts from the page as a viewer shows it, one pixel per point, origin top left.
      const [sx, sy] = [columns / width(box), rows / height(box)];
      const toPixels = concat(this.#turnMatrix, [sx, 0, 0, sy, -box[0] * sx, -box[1] * sy]);
      scratch.setPackedFloats([...toPixels, 0, 0, columns, rows]);
      pdfium._FPDF_RenderPageBitmapWithMatrix(
        bitmap,
        this.#handle,
        scratch.pointer,
        scratch.pointer + 24,
        renderFlags,
      );
      return readBitmap(pdfium, bitmap).pixels;
    } finally {
      pdfium._FPDFBitmap_Destroy(bitmap);
    }
  }

  /** The bytes of an image's stream in the file: for `DCTDecode` alone these are a JPEG file. */
  rawImage(image: PlacedImage): Uint8Array {
    return readBuffer(this.#pdfium, (buffer, size) =>
      this.#pdfium._FPDFImageObj_GetImageDataRaw(image.handle, buffer, size),
    );
  }

  /**
   * An image's own pixels, without its masks.
   *
   * @throws {PaperError} `PAPER_TOO_LARGE`, `PAPER_IMAGE_FAILED`.
   */
  imagePixels(image: PlacedImage): Pixels {
    if (image.columns * image.rows > mostPixels) {
      throw new PaperError(
        'PAPER_TOO_LARGE',
        `Expected at most ${mostPixels} pixels, an image of page ${this.number} has ${image.columns}×${image.rows}`,
      );
    }
    const bitmap = this.#pdfium._FPDFImageObj_GetBitmap(image.handle);
    if (bitmap === 0) {
      throw new PaperError(
        'PAPER_IMAGE_FAILED',
        `Expected a readable image on page ${this.number}, PDFium cannot decode it (${image.filters.join(', ') || 'no filter'})`,
      );
    }
    try {
      return readBitmap(this.#pdfium, bitmap).pixels;
    } finally {
      this.#pdfium._FPDFBitmap_Destroy(bitmap);
    }
  }

  close(): void {
    this.#scratch.free();
    this.#pdfium._FPDF_ClosePage(this.#handle);
  }

  /** From the page's own space to boxes. */
  #view(): Matrix {
    return concat(this.#toView, this.#turnMatrix);
  }

  /** Turns the view if most text runs up or down the page, as on a page with a wide figure. */
  #turnToText(glyphs: readonly RawGlyph[]): void {
    const [xx, xy] = [this.#toView[0], this.#toView[1]];
    const counts = [0, 0, 0, 0];
    for (const { angle, text } of glyphs) {
      if (text === ' ') continue;
      // The direction of reading in the view, where y grows downwards.
      const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
      const vx = dx * xx + dy * this.#toView[2];
      const vy = dx * xy + dy * this.#toView[3];
      counts[((Math.round(Math.atan2(vy, vx) / (Math.PI / 2)) % 4) + 4) % 4]!++;
    }
    const total = counts.reduce((sum, count) => sum + count, 0);
    const most = counts.indexOf(Math.max(...counts));
    if (most === 0 || total < 20 || counts[most]! < 0.7 * total) return;
    const [w, h] = [this.width, this.height];
    // Text that reads in direction k quarter turns clockwise is turned back by as many.
    this.#turned = ((4 - most) % 4) as 0 | 1 | 2 | 3;
    this.#turnMatrix = (
      [identity, [0, 1, -1, 0, h, 0], [-1, 0, 0, -1, w, h], [0, -1, 1, 0, 0, w]] as const
    )[this.#turned];
    [this.#viewWidth, this.#viewHeight] = this.#turned % 2 === 0 ? [w, h] : [h, w];
  }

  #fontOf(object: number, fonts: Map<number, FontOf>): FontOf {
    const pdfium = this.#pdfium;
    const hidden = pdfium._FPDFTextObj_GetTextRenderMode(object) === 3;
    const handle = pdfium._FPDFTextObj_GetFont(object);
    let font = fonts.get(handle);
    if (!font) {
      const name = Buffer.from(
        readBuffer(pdfium, (buffer, size) =>
          pdfium._FPDFFont_GetBaseFontName(handle, buffer, size),
        ),
      ).toString('latin1');
      font = {
        bold:
          /bold|black|heavy|semibold|demi|CMBX|-?B$|\.B(\+|$)/i.test(name) ||
          pdfium._FPDFFont_GetWeight(handle) >= 600,
        hidden: false,
      };
      fonts.set(handle, font);
    }
    return hidden ? { ...font, hidden } : font;
  }

  #matrixOf(object: number): Matrix {
    const scratch = this.#scratch;
    this.#pdfium._FPDFPageObj_GetMatrix(object, scratch.pointer);
    return [0, 1, 2, 3, 4, 5].map((i) => scratch.packedFloat(i)) as unknown as Matrix;
  }

  #boundsOf(object: number, matrix: Matrix): PageBox {
    const pdfium = this.#pdfium;
    const scratch = this.#scratch;
    // Single floats at the starts of four places.
    pdfium._FPDFPageObj_GetBounds(
      object,
      scratch.at(0),
      scratch.at(1),
      scratch.at(2),
      scratch.at(3),
    );
    return mapBox(matrix, [scratch.float(0), scratch.float(1), scratch.float(2), scratch.float(3)]);
  }

  /** The box of the object's unclipped part; clips are in the object's coordinate space. */
  #clipOf(object: number, matrix: Matrix, outer: PageBox): PageBox {
    const pdfium = this.#pdfium;
    const scratch = this.#scratch;
    const clip = pdfium._FPDFPageObj_GetClipPath(object);
    if (clip === 0) return outer;
    let visible = outer;
    const paths = pdfium._FPDFClipPath_CountPaths(clip);
    for (let path = 0; path < Math.min(paths, 64); path++) {
      const segments = pdfium._FPDFClipPath_CountPathSegments(clip, path);
      if (segments <= 0) continue;
      let box: PageBox = [Infinity, Infinity, -Infinity, -Infinity];
      for (let i = 0; i < Math.min(segments, 256); i++) {
        const segment = pdfium._FPDFClipPath_GetPathSegment(clip, path, i);
        if (pdfium._FPDFPathSegment_GetPoint(segment, scratch.at(0), scratch.at(1)) === 0) continue;
        const [x, y] = apply(matrix, scratch.float(0), scratch.float(1));
        box = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
      }
      if (box[0] > box[2]) continue;
      visible = intersection(visible, box);
    }
    return visible;
  }

  #isWhite(object: number): boolean {
    const pdfium = this.#pdfium;
    const scratch = this.#scratch;
    pdfium._FPDFPath_GetDrawMode(object, scratch.at(0), scratch.at(1));
    const [fill, stroke] = [scratch.int(0), scratch.int(1)];
    if (fill === 0) return stroke === 0;
    if (stroke !== 0) return false;
    pdfium._FPDFPageObj_GetFillColor(
      object,
      scratch.at(0),
      scratch.at(1),
      scratch.at(2),
      scratch.at(3),
    );
    return [0, 1, 2].every((i) => scratch.int(i) >= 250) || scratch.int(3) === 0;
  }
}

interface FontOf {
  readonly bold: boolean;
  readonly hidden: boolean;
}

interface RawGlyph extends FontOf {
  readonly text: string;
  readonly box: PageBox;
  readonly origin: [number, number];
  readonly size: number;
  readonly angle: number;
  readonly generated: boolean;
}

/** Whether a shape draws over an image. */
export function covers(shape: PlacedShape, image: PlacedImage): boolean {
  return (
    shape.order > image.order &&
    overlapArea(shape.box, image.box) > 0.25 * area(shape.box) &&
    area(shape.box) > 1
  );
}

function invert([a, b, c, d, e, f]: Matrix): Matrix {
  const det = a * d - b * c;
  return [d / det, -b / det, -c / det, a / det, (c * f - d * e) / det, (b * e - a * f) / det];
}

function isPrivate(code: number): boolean {
  return code === 0 || code === 0xfffd || (code >= 0xe000 && code <= 0xf8ff);
}

/** PDFium marks a hyphen at a line's end with 2 or U+FFFE. */
function charOf(code: number): string {
  if (code === 2 || code === 0xfffe || code === 0xad) return '\u00AD';
  if (code === 0xa0 || code === 9) return ' ';
  return code < 32 || code > 0x10ffff ? '\uFFFD' : String.fromCodePoint(code);
}
