import { CtError } from '@groundglass/core';
import {
  isPyTorch,
  readOnnx,
  readPyTorch,
  readSafetensors,
  type NamedTensors,
} from '@groundglass/nn';
import { readFile } from 'node:fs/promises';

/** Weights of a file. */
export interface WeightsFile {
  readonly bytes: Uint8Array;
  readonly tensors: NamedTensors;
  /** The file's text entries. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads weights from the initializers of an ONNX file, recognised by its extension, from a PyTorch checkpoint, recognised by its first bytes, or from
 * safetensors.
 *
 * @throws {CtError} `CT_READ_FAILED` when there is no such file, `CT_CORRUPT` when it is none of them.
 */
export async function readWeights(path: string): Promise<WeightsFile> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new CtError('CT_READ_FAILED', `Expected weights in "${path}"`, { cause: error });
  });
  try {
    if (!path.toLowerCase().endsWith('.onnx')) {
      if (isPyTorch(bytes)) return { bytes, tensors: readPyTorch(bytes), metadata: {} };
      return { bytes, ...readSafetensors(bytes) };
    }
    const { weights, metadata } = readOnnx(bytes);
    return { bytes, tensors: weights, metadata: Object.fromEntries(metadata) };
  } catch (error) {
    throw new CtError('CT_CORRUPT', `"${path}": ${(error as Error).message}`, { cause: error });
  }
}
