import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// WebGPU is tested on SwiftShader, Chromium's Vulkan in software. The loader looks for Vulkan where a process was told at its
// start, so the workers that run the tests are started with the path.
const chromium = '/usr/lib/chromium';
if (existsSync(`${chromium}/libvulkan.so.1`) && existsSync(`${chromium}/vk_swiftshader_icd.json`)) {
  process.env.LD_LIBRARY_PATH = [chromium, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  process.env.VK_DRIVER_FILES ??= `${chromium}/vk_swiftshader_icd.json`;
  process.env.XDG_RUNTIME_DIR ??= '/tmp';
}

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['@groundglass/source', 'node'] },
  ssr: { resolve: { conditions: ['@groundglass/source', 'node'] } },
  test: {
    pool: 'forks',
    include: ['src/**/*.test.ts'],
    // The core of TensorFlow.js registers its gradients in files that Node does not load as modules.
    server: { deps: { inline: [/@tensorflow/] } },
    // Modules are loaded once for all files: no test changes what they hold.
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', ['json', { outputFile: 'test-output/vitest.json' }]],
  },
});
