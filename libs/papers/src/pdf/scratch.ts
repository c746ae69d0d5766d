import type { Pdfium } from './pdfium.js';

/** A small piece of PDFium's memory for what its functions write through pointers. */
export class Scratch {
  /** Eight values of eight bytes each. */
  readonly pointer: number;
  readonly #pdfium: Pdfium;

  constructor(pdfium: Pdfium) {
    this.#pdfium = pdfium;
    this.pointer = pdfium._malloc(64);
  }

  /** Pointer of the `i`-th eight-byte place. */
  at(i: number): number {
    return this.pointer + 8 * i;
  }

  double(i: number): number {
    return this.#pdfium.HEAPF64[this.pointer / 8 + i]!;
  }

  float(i: number): number {
    return this.#pdfium.HEAPF32[this.pointer / 4 + 2 * i]!;
  }

  /** The `i`-th of adjacent floats, as in `FS_MATRIX` and `FS_RECTF`. */
  packedFloat(i: number): number {
    return this.#pdfium.HEAPF32[this.pointer / 4 + i]!;
  }

  setPackedFloats(values: readonly number[]): void {
    this.#pdfium.HEAPF32.set(values, this.pointer / 4);
  }

  int(i: number): number {
    return this.#pdfium.HEAP32[this.pointer / 4 + 2 * i]!;
  }

  free(): void {
    this.#pdfium._free(this.pointer);
  }
}

/** Calls a function that fills a buffer and returns the size it needs. */
export function readBuffer(
  pdfium: Pdfium,
  call: (buffer: number, size: number) => number,
): Uint8Array {
  const size = call(0, 0);
  if (size <= 0) return new Uint8Array(0);
  const buffer = pdfium._malloc(size);
  try {
    call(buffer, size);
    return pdfium.HEAPU8.slice(buffer, buffer + size);
  } finally {
    pdfium._free(buffer);
  }
}
