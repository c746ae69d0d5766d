import { Buffer } from 'node:buffer';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import loadWabt from 'wabt';

/** Assembles kernel.wat; run as a program (`node make-kernel.mjs`) it writes kernel-bytes.ts. */
export async function assembleKernel() {
  const wabt = await loadWabt();
  const file = join(import.meta.dirname, 'kernel.wat');
  const module = wabt.parseWat(file, await readFile(file, 'utf8'), { simd: true });
  try {
    return Buffer.from(module.toBinary({}).buffer).toString('base64');
  } finally {
    module.destroy();
  }
}

if (process.argv[1] === import.meta.filename) {
  const file = join(import.meta.dirname, 'kernel-bytes.ts');
  const text = `/** kernel.wat, assembled by make-kernel.mjs. */\nexport const kernelBytes = '${await assembleKernel()}';\n`;
  await writeFile(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
}
