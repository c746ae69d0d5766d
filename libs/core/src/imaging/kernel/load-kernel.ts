import { kernelBytes } from './kernel-bytes.js';

/** The exports of kernel.wat; all addresses and strides in bytes. */
export interface Kernel {
  readonly memory: WebAssembly.Memory;
  across(
    source: number,
    columns: number,
    target: number,
    toColumns: number,
    toStride: number,
    first: number,
    weights: number,
    taps: number,
    turned: number,
  ): void;
  down(
    source: number,
    stride: number,
    target: number,
    columns: number,
    weights: number,
    taps: number,
  ): void;
  window(at: number, count: number, low: number, scale: number): void;
  /** 1 when a pixel has a colour, else 0. */
  grey(source: number, count: number, channels: 3 | 4, target: number): number;
}

/** Memory kept for the next picture; an instance with more is left to the garbage collector. */
const keptBytes = 64 * 1024 * 1024;
const pageBytes = 64 * 1024;

let instance: Kernel | undefined;
let isForbidden = false;

/**
 * The kernel of this thread, with room for `bytes` from address 0 on; the caller owns its memory until it returns. Undefined
 * if WebAssembly is unavailable: a webview's content security policy may forbid it, and memory may run out.
 */
export function loadKernel(bytes: number): Kernel | undefined {
  if (isForbidden) return undefined;
  try {
    if (!instance || instance.memory.buffer.byteLength > keptBytes) {
      const binary = Uint8Array.from(atob(kernelBytes), (letter) => letter.charCodeAt(0));
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary));
      instance = exports as unknown as Kernel;
    }
  } catch {
    isForbidden = true;
    return undefined;
  }
  const missing = bytes - instance.memory.buffer.byteLength;
  try {
    if (missing > 0) instance.memory.grow(Math.ceil(missing / pageBytes));
  } catch {
    return undefined;
  }
  return instance;
}
