import { CtError } from '@groundglass/core';
import { readOnnx, readSafetensors, type NamedTensors } from '@groundglass/nn';
import { readFile } from 'node:fs/promises';

/** Weights of a file. */
export interface WeightsFile {
  readonly bytes: Uint8Array;
  readonly tensors: NamedTensors;
  /** The file's text entries. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads weights from safetensors, or from the initializers of an ONNX file, told by the name's ending.
 *
 * @throws {CtError} `CT_READ_FAILED` when there is no such file, `CT_CORRUPT` when it is neither.
 */
export async function readWeights(path: string): Promise<WeightsFile> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new CtError('CT_READ_FAILED', `Expected weights in "${path}"`, { cause: error });
  });
  try {
    if (!path.toLowerCase().endsWith('.onnx')) return { bytes, ...readSafetensors(bytes) };
    const { weights, metadata } = readOnnx(bytes);
    return { bytes, tensors: weights, metadata: Object.fromEntries(metadata) };
  } catch (error) {
    throw new CtError('CT_CORRUPT', `"${path}": ${(error as Error).message}`, { cause: error });
  }
}
