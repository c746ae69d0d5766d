import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import type { Provider } from './session-options.js';

/** The device that a provider last computed on in this process, or its driver; null if neither is known. */
export async function deviceOf(provider: Provider): Promise<string | null> {
  if (provider === 'cpu') return cpus()[0]?.model.trim() ?? null;
  if (provider === 'cuda') return nvidiaName();
  // ONNX Runtime does not name WebGPU's adapter, but the process's loaded graphics driver does.
  const driver = vulkanDriver(loadedLibraries());
  if (driver === null) return null;
  const name = driver.includes('nvidia') ? await nvidiaName() : null;
  return name ?? driverNames[driver] ?? driver;
}

/** Name and driver version of the first NVIDIA card, from `nvidia-smi`; null without one. */
export async function nvidiaName(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', [
      '--query-gpu=name,driver_version',
      '--format=csv,noheader',
    ]);
    const [name, version] = stdout.trim().split('\n')[0]!.split(', ');
    return `${name!} (driver ${version!})`;
  } catch {
    return null;
  }
}

const driverNames: Readonly<Record<string, string>> = {
  'libvk_swiftshader.so': 'SwiftShader, Vulkan in software, no graphics card',
  'libvulkan_lvp.so': 'llvmpipe, Vulkan in software, no graphics card',
};

/** The Vulkan driver among libraries; null if there is none, as on Windows and macOS. */
export function vulkanDriver(libraries: readonly string[]): string | null {
  const names = libraries.map((path) => basename(path));
  // The loader opens every driver it finds. Prefer a hardware driver over a software one.
  return (
    names.find((name) => /^libGLX_nvidia\.so|^libvulkan_(?!lvp)\w+\.so/.test(name)) ??
    names.find((name) => name in driverNames) ??
    null
  );
}

/** Paths of the libraries that this process has loaded; empty if the system does not list them. */
function loadedLibraries(): string[] {
  try {
    const lines = readFileSync('/proc/self/maps', 'utf8').split('\n');
    return [...new Set(lines.map((line) => line.split(/\s+/)[5] ?? '').filter(Boolean))];
  } catch {
    return [];
  }
}
