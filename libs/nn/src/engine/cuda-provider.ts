import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onnxRuntimeFolder } from './onnx-runtime-package.js';

/** The versions that ONNX Runtime's CUDA provider is compiled for; other major versions do not load. */
const needed =
  'an NVIDIA driver of version 525 or later, CUDA 12 (cuBLAS, cuRAND, cuFFT, cudart) and cuDNN 9';

/**
 * Why the CUDA provider cannot be loaded, with the command that installs it. The npm package does not contain the provider, and npm runs no
 * install scripts here, so `npm rebuild` reports success without downloading it.
 *
 * @returns undefined if its libraries, and all that they link to, are present.
 */
export async function cudaProblem(
  folder = onnxRuntimeFolder(),
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<string | undefined> {
  if (platform !== 'linux' || arch !== 'x64') {
    return `onnxruntime-node has no CUDA provider for ${platform} ${arch}, only for linux x64. Use --provider webgpu`;
  }
  const library = join(folder, 'bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so');
  if (!existsSync(library)) {
    const script = join(folder, 'script/install.js');
    return `The provider's library is missing: ${library}. Download it: ONNXRUNTIME_NODE_INSTALL=cuda12 node ${script}. It needs ${needed}`;
  }
  const missing = await missingLibraries(library);
  if (missing.length === 0) return undefined;
  return `Libraries that the provider links to are missing: ${missing.join(', ')}. It needs ${needed}, on the loader's path (LD_LIBRARY_PATH)`;
}

/** The libraries that the loader does not find for a shared object; empty if `ldd` cannot tell. */
async function missingLibraries(library: string): Promise<string[]> {
  try {
    const { stdout } = await promisify(execFile)('ldd', [library]);
    return missingOf(stdout);
  } catch {
    return [];
  }
}

/** The names that `ldd` lists as "not found". */
export function missingOf(ldd: string): string[] {
  const names = ldd
    .split('\n')
    .filter((line) => line.includes('not found'))
    .map((line) => line.trim().split(' ')[0]!);
  return [...new Set(names)];
}
