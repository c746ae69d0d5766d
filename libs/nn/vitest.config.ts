import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { roomTests } from '../../vitest.base.mjs';

// WebGPU is tested on SwiftShader, Chromium's software Vulkan. The loader looks for Vulkan in the library path at process
// start, so the workers that run the tests are started with it.
const chromium = [
  join(import.meta.dirname, '../../node_modules/.cache/groundglass-chromium'),
  '/usr/lib/chromium',
].find(
  (folder) =>
    existsSync(join(folder, 'libvulkan.so.1')) &&
    existsSync(join(folder, 'vk_swiftshader_icd.json')),
);
if (chromium !== undefined) {
  process.env.LD_LIBRARY_PATH = [chromium, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  process.env.VK_DRIVER_FILES ??= join(chromium, 'vk_swiftshader_icd.json');
  process.env.XDG_RUNTIME_DIR ??= '/tmp';
}

export default roomTests(import.meta.dirname, {
  test: {
    pool: 'forks',
    // TensorFlow.js core registers its gradients in files that Node does not load as modules.
    server: { deps: { inline: [/@tensorflow/] } },
    // Modules are loaded once for all files: no test modifies module state.
    isolate: false,
  },
});
