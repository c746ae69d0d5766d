import type { Pixels } from './pixels.js';
import type { Pdfium } from './pdfium.js';

/** `FPDFBitmap_…`: bytes per pixel. */
const bytesPerPixel: Readonly<Record<number, number>> = { 1: 1, 2: 3, 3: 4, 4: 4 };

/** Copies a PDFium bitmap (grey, BGR, BGRx or BGRA) as RGB; drops alpha and reports it. */
export function readBitmap(
  pdfium: Pdfium,
  bitmap: number,
): { pixels: Pixels; transparent: boolean } {
  const columns = pdfium._FPDFBitmap_GetWidth(bitmap);
  const rows = pdfium._FPDFBitmap_GetHeight(bitmap);
  const stride = pdfium._FPDFBitmap_GetStride(bitmap);
  const format = pdfium._FPDFBitmap_GetFormat(bitmap);
  const bytes = bytesPerPixel[format] ?? 4;
  const source = pdfium.HEAPU8;
  const first = pdfium._FPDFBitmap_GetBuffer(bitmap);
  const data = new Uint8Array(columns * rows * 3);
  let transparent = false;
  for (let row = 0, to = 0; row < rows; row++) {
    let at = first + row * stride;
    for (let column = 0; column < columns; column++, at += bytes, to += 3) {
      if (bytes === 1) {
        data[to] = data[to + 1] = data[to + 2] = source[at]!;
        continue;
      }
      data[to] = source[at + 2]!;
      data[to + 1] = source[at + 1]!;
      data[to + 2] = source[at]!;
      if (format === 4 && source[at + 3]! < 255) transparent = true;
    }
  }
  return { pixels: { columns, rows, data }, transparent };
}
