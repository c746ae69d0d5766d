import { bytesSource, openVolume, type Prediction } from '@groundglass/core';
import type { OipClient } from '@groundglass/client';
import { predictOverOip } from '../predict/predict-over-oip.js';

/** What {@link predictBytes} scores. */
export interface BytesToPredict {
  readonly bytes: Uint8Array;
  /** Name of the file. */
  readonly name: string;
  readonly model: { readonly name: string; readonly version: string };
  readonly startAt: number;
  readonly signal: AbortSignal;
  /** Called with each slice. */
  readonly onProgress: () => void;
}

/** Predicts a file's bytes with a server that speaks only the Open Inference Protocol. @throws {CtError} as `predictOverOip` does. */
export async function predictBytes(
  client: OipClient,
  { bytes, name, model, startAt, signal, onProgress }: BytesToPredict,
): Promise<Prediction> {
  const volume = await openVolume(bytesSource(bytes), { signal, name });
  return predictOverOip(client, {
    ...{ model, volume, file: name, files: undefined, crop: 'none', startAt, signal, onProgress },
  });
}
