import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { binaryTarget } from './binary-target.mjs';

const ort = join(import.meta.dirname, '../../node_modules/onnxruntime-node/bin/napi-v6');

test.each(['linux/x64', 'linux/arm64', 'win32/x64', 'win32/arm64', 'darwin/arm64'])(
  'recognises the platform of the ONNX Runtime for %s',
  (folder) => {
    const bytes = readFileSync(join(ort, folder, 'onnxruntime_binding.node'));
    expect(binaryTarget(bytes)).toBe(folder.replace('/', '-'));
  },
);

test('the program that runs this is for this platform; a text and an empty file are for none', () => {
  expect(binaryTarget(readFileSync(process.execPath))).toBe(`${process.platform}-${process.arch}`);
  expect(binaryTarget(readFileSync(import.meta.filename))).toBeUndefined();
  expect(binaryTarget(new Uint8Array())).toBeUndefined();
});
