import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { LoadWasmCodec, WasmCodecName, WasmModule } from './wasm-codec.js';

type Factory = (options: {
  wasmBinary: Uint8Array;
  print: (text: string) => void;
  printErr: (text: string) => void;
}) => Promise<WasmModule>;

const packages = {
  charls: { name: '@cornerstonejs/codec-charls', script: 'decodewasmjs', binary: 'decodewasm' },
  openjpeg: { name: '@cornerstonejs/codec-openjpeg', script: 'decodewasmjs', binary: 'decodewasm' },
  openjph: { name: '@cornerstonejs/codec-openjph', script: 'wasmjs', binary: 'wasm' },
  'libjpeg-turbo': {
    name: '@cornerstonejs/codec-libjpeg-turbo-8bit',
    script: 'decodewasmjs',
    binary: 'decodewasm',
  },
} as const satisfies Record<WasmCodecName, { name: string; script: string; binary: string }>;

const require = createRequire(import.meta.url);

/** Loads a codec from its package; passes the binary in, so that Emscripten does not search for the file. */
export const loadNodeWasmCodec: LoadWasmCodec = async (codec) => {
  const { name, script, binary } = packages[codec];
  const factory = require(`${name}/${script}`) as Factory | { default: Factory };
  const wasmBinary = await readFile(require.resolve(`${name}/${binary}`));
  const silent = () => undefined;
  const start = typeof factory === 'function' ? factory : factory.default;
  return start({ wasmBinary, print: silent, printErr: silent });
};
