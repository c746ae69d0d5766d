import { PaperError } from '../errors.js';
import { PdfPage } from './pdf-page.js';
import type { Pdfium } from './pdfium.js';
import { readBuffer } from './scratch.js';

/** PDFium's `FPDF_ERR_…`. */
const errors = { format: 3, password: 4, security: 5 } as const;

/** An open PDF. Its pages are read one at a time. Scripts in it are never run: PDFium runs them in form fields only. */
export class PdfDocument {
  readonly #bytes: number;
  readonly #handle: number;

  private constructor(
    readonly pdfium: Pdfium,
    bytes: number,
    handle: number,
    readonly pageCount: number,
    /** Whether the file's end is missing, so that PDFium rebuilt the table of its objects. */
    readonly truncated: boolean,
    /** Whether it holds JavaScript: of the document, or named in an uncompressed object. */
    readonly hasScript: boolean,
  ) {
    this.#bytes = bytes;
    this.#handle = handle;
  }

  /**
   * @throws {PaperError} `PAPER_NOT_PDF`, `PAPER_ENCRYPTED`, `PAPER_CORRUPT`, `PAPER_TRUNCATED`.
   */
  static open(pdfium: Pdfium, bytes: Uint8Array): PdfDocument {
    if (!hasMark(bytes.subarray(0, 1024), '%PDF-')) {
      throw new PaperError(
        'PAPER_NOT_PDF',
        bytes.length === 0
          ? 'Expected a PDF, the file is empty'
          : 'Expected "%PDF-" in the first kilobyte, it is missing',
      );
    }
    const hasEnd = hasMark(bytes.subarray(-2048), '%%EOF');
    let opened = load(pdfium, bytes);
    if (opened.handle === 0 && !hasEnd && opened.error === errors.format) {
      const mended = withTrailer(bytes);
      if (mended) opened = load(pdfium, mended);
    }
    const { pointer, handle } = opened;
    if (handle === 0) throw openError(opened.error, hasEnd);
    const valid = pdfium._FPDF_DocumentHasValidCrossReferenceTable(handle) !== 0;
    const pageCount = pdfium._FPDF_GetPageCount(handle);
    const hasScript =
      pdfium._FPDFDoc_GetJavaScriptActionCount(handle) > 0 || hasMark(bytes, '/JavaScript');
    const truncated = !hasEnd && !valid;
    const document = new PdfDocument(pdfium, pointer, handle, pageCount, truncated, hasScript);
    if (pageCount < 1) {
      document.close();
      throw openError(errors.format, hasEnd);
    }
    return document;
  }

  /** An entry of the document's information dictionary, such as `Title` or `Subject`; empty if missing. */
  meta(key: string): string {
    const { pdfium } = this;
    const name = pdfium._malloc(key.length + 1);
    try {
      pdfium.HEAPU8.set([...Buffer.from(key, 'latin1'), 0], name);
      const text = readBuffer(pdfium, (buffer, size) =>
        pdfium._FPDF_GetMetaText(this.#handle, name, buffer, size),
      );
      return Buffer.from(text).toString('utf16le').replace(/\0+$/, '');
    } finally {
      pdfium._free(name);
    }
  }

  /**
   * @param index from 0.
   * @throws {PaperError} `PAPER_PAGE_FAILED`.
   */
  loadPage(index: number): PdfPage {
    const page = this.pdfium._FPDF_LoadPage(this.#handle, index);
    if (page === 0) {
      throw new PaperError(
        'PAPER_PAGE_FAILED',
        `Expected a readable page ${index + 1}, PDFium cannot read it`,
      );
    }
    return new PdfPage(this.pdfium, page, index + 1);
  }

  close(): void {
    this.pdfium._FPDF_CloseDocument(this.#handle);
    this.pdfium._free(this.#bytes);
  }
}

/** @returns a handle of 0, and PDFium's error, if it cannot read the bytes. */
function load(
  pdfium: Pdfium,
  bytes: Uint8Array,
): { readonly pointer: number; readonly handle: number; readonly error: number } {
  const pointer = pdfium._malloc(bytes.length);
  if (pointer === 0) throw new PaperError('PAPER_MEMORY', 'The file does not fit into memory');
  pdfium.HEAPU8.set(bytes, pointer);
  const handle = pdfium._FPDF_LoadMemDocument(pointer, bytes.length, 0);
  const error = handle === 0 ? pdfium._FPDF_GetLastError() : 0;
  if (handle === 0) pdfium._free(pointer);
  return { pointer, handle, error };
}

/**
 * A truncated file with an added trailer that names its catalogue, so that PDFium finds the remaining objects; undefined
 * if the catalogue is missing too.
 */
function withTrailer(bytes: Uint8Array): Uint8Array | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = /\/Type\s*\/Catalog/.exec(file.toString('latin1'))?.index;
  if (at === undefined) return undefined;
  const before = file.toString('latin1', Math.max(0, at - 2000), at);
  const object = [...before.matchAll(/(\d+)\s+(\d+)\s+obj\b/g)].at(-1);
  if (!object) return undefined;
  const trailer = `\nendobj\ntrailer\n<< /Root ${object[1]} ${object[2]} R >>\n%%EOF\n`;
  return Buffer.concat([file, Buffer.from(trailer, 'latin1')]);
}

function hasMark(bytes: Uint8Array, mark: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(mark, 0, 'latin1');
}

function openError(error: number, hasEnd: boolean): PaperError {
  switch (error) {
    case errors.password:
      return new PaperError('PAPER_ENCRYPTED', 'Expected a PDF without a password, it has one');
    case errors.security:
      return new PaperError(
        'PAPER_ENCRYPTED',
        'Expected a PDF without encryption, it uses a scheme that PDFium does not support',
      );
    default:
      return hasEnd
        ? new PaperError('PAPER_CORRUPT', 'Expected a readable PDF, its structure is damaged')
        : new PaperError('PAPER_TRUNCATED', 'Expected a whole PDF, its end is missing');
  }
}
