import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkProduct, productInputs } from './check-product.js';
import { checkProvider } from './check-provider.js';
import { cudaProblem, missingOf } from './cuda-provider.js';
import { vulkanDriver } from './device-of.js';
import { checkTfjs } from './tfjs/check-tfjs.js';
import { loadTfjs } from './tfjs/load-tfjs.js';
import { tfjsBackends } from './tfjs/tfjs-backends.fixture.js';

const folder = await mkdtemp(join(tmpdir(), 'groundglass-gpu-'));
afterAll(() => rm(folder, { recursive: true }));

/** A folder in whose node_modules @tensorflow/tfjs-node-gpu is `source`. */
async function withGpuPackage(name: string, source: string): Promise<string> {
  const root = join(folder, name);
  const installed = join(root, 'node_modules/@tensorflow/tfjs-node-gpu');
  await mkdir(installed, { recursive: true });
  await writeFile(join(root, 'package.json'), '{}');
  await writeFile(join(installed, 'index.js'), source);
  return root;
}

describe('a provider is checked by a matrix product', () => {
  test('on the CPU, whose model is named', async () => {
    const { device, milliseconds } = await checkProvider('cpu');
    expect(device).not.toBe('');
    expect(milliseconds).toBeGreaterThan(0);
  });

  test('and a wrong element is named', () => {
    const { size, a, b } = productInputs();
    const product = new Float32Array(size * size);
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++)
        for (let k = 0; k < size; k++)
          product[i * size + j]! += a[i * size + k]! * b[k * size + j]!;
    expect(() => {
      checkProduct(product);
    }).not.toThrow();
    product[3 * size + 5]! += 0.1;
    expect(() => {
      checkProduct(product);
    }).toThrow(/in row 3, column 5 of a matrix product/);
    expect(() => {
      checkProduct(product.subarray(0, size));
    }).toThrow('row 1, column 0');
  });
});

describe('why CUDA does not work', () => {
  test('outside linux x64: onnxruntime-node has no provider', async () => {
    expect(await cudaProblem(folder, 'win32', 'x64')).toBe(
      'onnxruntime-node has no CUDA provider for win32 x64, only for linux x64. Use --provider webgpu',
    );
  });

  test('without the provider’s library: its path, the command that downloads it, and the versions', async () => {
    const problem = await cudaProblem(folder, 'linux', 'x64');
    expect(problem).toContain(`${folder}/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so`);
    expect(problem).toContain(`ONNXRUNTIME_NODE_INSTALL=cuda12 node ${folder}/script/install.js`);
    expect(problem).toContain('CUDA 12');
    expect(problem).toContain('cuDNN 9');
  });

  test('with a library that links to others: the names that ldd does not find', () => {
    // Printed by ldd of glibc 2.36.
    const printed = [
      '\tlinux-vdso.so.1 (0x00007ffd1a5f2000)',
      '\tlibcublasLt.so.12 => not found',
      '\tlibcudnn.so.9 => not found',
      '\tlibstdc++.so.6 => /lib/x86_64-linux-gnu/libstdc++.so.6 (0x00007f2c5c400000)',
      '\tlibcudnn.so.9 => not found',
    ].join('\n');
    expect(missingOf(printed)).toEqual(['libcublasLt.so.12', 'libcudnn.so.9']);
  });
});

test('prefers the Vulkan driver of a card over a software one', () => {
  const swiftshader = '/usr/lib/chromium/libvk_swiftshader.so';
  const loader = '/usr/lib/x86_64-linux-gnu/libvulkan.so.1.3.239';
  expect(vulkanDriver([loader, swiftshader])).toBe('libvk_swiftshader.so');
  expect(vulkanDriver([swiftshader, '/usr/lib/libvulkan_radeon.so'])).toBe('libvulkan_radeon.so');
  expect(vulkanDriver(['/usr/lib/libvulkan_lvp.so', '/usr/lib/libGLX_nvidia.so.550.54'])).toBe(
    'libGLX_nvidia.so.550.54',
  );
  expect(vulkanDriver([loader])).toBe(null);
});

describe('TensorFlow.js is checked by a matrix product', () => {
  test.each(tfjsBackends)('on $backend', async ({ select }) => {
    const tf = await select();
    const before = tf.memory().numTensors;
    const checked = await checkTfjs(Promise.resolve({ tf, from: '@tensorflow/tfjs-node' }));
    expect(checked).toMatchObject({ package: '@tensorflow/tfjs-node', backend: tf.getBackend() });
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a CUDA package that cannot be loaded is an error with its reason', async () => {
    const root = await withGpuPackage(
      'broken',
      'throw new Error("libcudart.so.11.0: cannot open shared object file");',
    );
    await expect(checkTfjs(loadTfjs(root))).rejects.toThrow(
      'Expected the installed @tensorflow/tfjs-node-gpu to load: libcudart.so.11.0: cannot open',
    );
  });

  test('a CUDA package that computes on the CPU is an error', async () => {
    const root = await withGpuPackage(
      'no-card',
      'exports.ready = () => Promise.resolve(); exports.backend = () => ({ isUsingGpuDevice: false });',
    );
    await expect(checkTfjs(loadTfjs(root))).rejects.toThrow(
      '@tensorflow/tfjs-node-gpu loads, but TensorFlow finds no GPU',
    );
  });
});
