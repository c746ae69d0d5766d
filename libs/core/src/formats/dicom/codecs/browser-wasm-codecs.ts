import { CtError } from '../../../errors.js';
import type { LoadWasmCodec, WasmModule } from './wasm-codec.js';

/**
 * Loads a codec in a browser: the plain JavaScript builds, which a bundler splits off and loads on demand, and
 * which run under a content security policy without `wasm-unsafe-eval`. High-Throughput JPEG 2000 has no such build.
 */
export const loadBrowserWasmCodec: LoadWasmCodec = async (codec) => {
  switch (codec) {
    case 'charls':
      return start(await import('@cornerstonejs/codec-charls/decode'));
    case 'openjpeg':
      return start(await import('@cornerstonejs/codec-openjpeg/decode'));
    case 'libjpeg-turbo':
      return start(await import('@cornerstonejs/codec-libjpeg-turbo-8bit/decode'));
    case 'openjph':
      throw new CtError(
        'CT_UNSUPPORTED',
        'Expected a transfer syntax that browsers decode, only the server and the editor decode High-Throughput JPEG 2000',
      );
  }
};

async function start(loaded: { default: () => Promise<unknown> }): Promise<WasmModule> {
  return (await loaded.default()) as WasmModule;
}
