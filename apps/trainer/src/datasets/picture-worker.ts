import { asCtError } from '@groundglass/core';
import { pictureReader } from '@groundglass/dataset';
import { nodeFiles } from '@groundglass/dataset/node';
import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import type {
  PictureAnswer,
  PictureMethod,
  PictureRequest,
  PictureSetup,
} from './picture-protocol.js';

// There is a worker for each core already.
sharp.concurrency(1);
const reader = nodeFiles((workerData as PictureSetup).root).then(pictureReader);

parentPort?.on('message', ({ id, method, args }: PictureRequest) => {
  void (async () => {
    const methods = (await reader) as unknown as Record<
      PictureMethod,
      (...all: readonly unknown[]) => Promise<unknown>
    >;
    return methods[method](...args);
  })().then(
    (value) => {
      parentPort?.postMessage({ id, value } satisfies PictureAnswer);
    },
    (error: unknown) => {
      const { code, message } = asCtError(error, 'CT_INTERNAL', String(error));
      parentPort?.postMessage({ id, error: { code, message } } satisfies PictureAnswer);
    },
  );
});
