import { PDFiumLibrary } from '@hyzyla/pdfium';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/**
 * PDFium's C interface as the WebAssembly module of `@hyzyla/pdfium` exports it. The wrapper classes of that package give no
 * text boxes, no matrices and no clips, so its exports are called directly; see `fpdfview.h`, `fpdf_text.h` and `fpdf_edit.h`.
 * Pointers are numbers; a pointer of 0 is null.
 */
export interface Pdfium {
  readonly HEAPU8: Uint8Array;
  readonly HEAP32: Int32Array;
  readonly HEAPF32: Float32Array;
  readonly HEAPF64: Float64Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _FPDF_LoadMemDocument(bytes: number, size: number, password: number): number;
  _FPDF_CloseDocument(document: number): void;
  _FPDF_GetLastError(): number;
  _FPDF_GetPageCount(document: number): number;
  _FPDF_DocumentHasValidCrossReferenceTable(document: number): number;
  _FPDFDoc_GetJavaScriptActionCount(document: number): number;
  _FPDF_GetMetaText(document: number, tag: number, buffer: number, size: number): number;
  _FPDF_LoadPage(document: number, index: number): number;
  _FPDF_ClosePage(page: number): void;
  _FPDF_GetPageBoundingBox(page: number, rect: number): number;
  _FPDFPage_GetRotation(page: number): number;
  _FPDFPage_CountObjects(page: number): number;
  _FPDFPage_GetObject(page: number, index: number): number;
  _FPDFFormObj_CountObjects(form: number): number;
  _FPDFFormObj_GetObject(form: number, index: number): number;
  _FPDFPageObj_GetType(object: number): number;
  _FPDFPageObj_GetMatrix(object: number, matrix: number): number;
  _FPDFPageObj_GetBounds(object: number, l: number, b: number, r: number, t: number): number;
  _FPDFPageObj_GetClipPath(object: number): number;
  _FPDFPageObj_GetFillColor(object: number, r: number, g: number, b: number, a: number): number;
  _FPDFClipPath_CountPaths(clip: number): number;
  _FPDFClipPath_CountPathSegments(clip: number, path: number): number;
  _FPDFClipPath_GetPathSegment(clip: number, path: number, segment: number): number;
  _FPDFPathSegment_GetPoint(segment: number, x: number, y: number): number;
  _FPDFPath_GetDrawMode(path: number, fillMode: number, stroke: number): number;
  _FPDFTextObj_GetTextRenderMode(text: number): number;
  _FPDFTextObj_GetFont(text: number): number;
  _FPDFFont_GetBaseFontName(font: number, buffer: number, size: number): number;
  _FPDFFont_GetWeight(font: number): number;
  _FPDFImageObj_GetImagePixelSize(image: number, width: number, height: number): number;
  _FPDFImageObj_GetImageFilterCount(image: number): number;
  _FPDFImageObj_GetImageFilter(image: number, index: number, buffer: number, size: number): number;
  _FPDFImageObj_GetImageDataRaw(image: number, buffer: number, size: number): number;
  _FPDFImageObj_GetBitmap(image: number): number;
  _FPDFBitmap_CreateEx(w: number, h: number, format: number, scan: number, stride: number): number;
  _FPDFBitmap_Destroy(bitmap: number): void;
  _FPDFBitmap_FillRect(
    bitmap: number,
    left: number,
    top: number,
    width: number,
    height: number,
    colour: number,
  ): number;
  _FPDFBitmap_GetBuffer(bitmap: number): number;
  _FPDFBitmap_GetFormat(bitmap: number): number;
  _FPDFBitmap_GetWidth(bitmap: number): number;
  _FPDFBitmap_GetHeight(bitmap: number): number;
  _FPDFBitmap_GetStride(bitmap: number): number;
  _FPDF_RenderPageBitmapWithMatrix(
    bitmap: number,
    page: number,
    matrix: number,
    clip: number,
    flags: number,
  ): void;
  _FPDFText_LoadPage(page: number): number;
  _FPDFText_ClosePage(text: number): void;
  _FPDFText_CountChars(text: number): number;
  _FPDFText_GetUnicode(text: number, index: number): number;
  _FPDFText_IsGenerated(text: number, index: number): number;
  _FPDFText_HasUnicodeMapError(text: number, index: number): number;
  _FPDFText_GetFontSize(text: number, index: number): number;
  _FPDFText_GetMatrix(text: number, index: number, matrix: number): number;
  _FPDFText_GetCharOrigin(text: number, index: number, x: number, y: number): number;
  _FPDFText_GetCharBox(
    text: number,
    index: number,
    left: number,
    right: number,
    bottom: number,
    top: number,
  ): number;
  _FPDFText_GetTextObject(text: number, index: number): number;
}

const mebibyte = 1024 * 1024;

/**
 * Loads a new instance of PDFium with its own memory: a damaged document's effects end with it.
 *
 * @param memoryMiB most memory that the document may take; beyond it PDFium's allocation fails and the call throws a
 * `WebAssembly.RuntimeError`.
 */
export async function loadPdfium(memoryMiB = 1024): Promise<Pdfium> {
  const wasm = await WebAssembly.compile(await readFile(wasmFile()));
  const library = await PDFiumLibrary.init({
    instantiateWasm: (imports, ready) => {
      limitMemory(imports, memoryMiB * mebibyte);
      const instance = new WebAssembly.Instance(wasm, imports);
      // The package's type says Module; Emscripten uses the object it gets as the instance.
      ready(instance);
      return instance.exports;
    },
  });
  return (library as unknown as { module: Pdfium }).module;
}

/** Where `@hyzyla/pdfium` keeps its WebAssembly. */
function wasmFile(): string {
  return createRequire(import.meta.url).resolve('@hyzyla/pdfium/pdfium.wasm');
}

/** Emscripten asks JavaScript for more memory: past the limit this returns 0, as if the machine had none left. */
function limitMemory(imports: WebAssembly.Imports, bytes: number): void {
  for (const module of Object.values(imports)) {
    const growMemory = module.emscripten_resize_heap;
    if (typeof growMemory !== 'function') continue;
    const original = growMemory as (size: number) => number;
    module.emscripten_resize_heap = (size: number) => (size >>> 0 > bytes ? 0 : original(size));
  }
}
