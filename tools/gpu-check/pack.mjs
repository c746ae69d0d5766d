import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/**
 * `node tools/gpu-check/pack.mjs [OUT.tar.xz]`: packs gpu-check with Node.js and ONNX Runtime for a Linux x64 machine without network.
 * There: `tar xf gpu-check.tar.xz && gpu-check/run.sh`. Exits with 1 if the archive has 60 MB or more.
 *
 * ONNX Runtime's CUDA provider is larger than that. If the machine has it (in a pip package onnxruntime-gpu of the same version, for
 * example), `CUDA_PROVIDER=FOLDER gpu-check/run.sh` uses it from there.
 */
const largest = 60e6;
const root = join(import.meta.dirname, '../..');
const out = resolve(process.argv[2] ?? 'gpu-check.tar.xz');
const work = mkdtempSync(join(tmpdir(), 'gpu-check-'));
const folder = join(work, 'gpu-check');
mkdirSync(join(folder, 'bin'), { recursive: true });

const sources = join(root, 'tools/src/gpu-check');
await build({
  entryPoints: [join(sources, 'gpu-check.ts'), join(sources, 'gpu-check-child.ts')],
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  conditions: ['@groundglass/source'],
  external: ['onnxruntime-node'],
  // Bundled CommonJS packages call `require`.
  banner: {
    js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);",
  },
  logLevel: 'error',
});

const read = createRequire(join(root, 'libs/nn/package.json'));
const runtime = dirname(read.resolve('onnxruntime-node/package.json'));
const common = join(
  createRequire(join(runtime, 'package.json')).resolve('onnxruntime-common'),
  '../../..',
);
const modules = join(folder, 'node_modules');
for (const part of ['package.json', 'dist', 'bin/napi-v6/linux/x64'])
  cpSync(join(runtime, part), join(modules, 'onnxruntime-node', part), { recursive: true });
for (const part of ['package.json', 'dist/cjs'])
  cpSync(join(common, part), join(modules, 'onnxruntime-common', part), { recursive: true });
cpSync(join(import.meta.dirname, 'torch-step.py'), join(folder, 'torch-step.py'));
cpSync(process.execPath, join(folder, 'bin/node'));
writeFileSync(
  join(folder, 'run.sh'),
  `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
libraries="$here/node_modules/onnxruntime-node/bin/napi-v6/linux/x64"
if [ -n "$CUDA_PROVIDER" ]; then
  for name in cuda shared; do ln -sf "$(cd "$CUDA_PROVIDER" && pwd)/libonnxruntime_providers_$name.so" "$libraries/" || exit 2; done
fi
exec "$here/bin/node" "$here/gpu-check.mjs" "$@"
`,
);
chmodSync(join(folder, 'run.sh'), 0o755);

const { status } = spawnSync('tar', ['cJf', out, '-C', work, 'gpu-check'], { stdio: 'inherit' });
rmSync(work, { recursive: true });
if (status !== 0) process.exit(1);
const { size } = statSync(out);
console.log(`${out}: ${(size / 1e6).toFixed(1)} MB`);
if (size >= largest) {
  console.error(`Expected less than ${largest / 1e6} MB`);
  process.exit(1);
}
