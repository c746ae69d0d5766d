import { asCtError } from '@groundglass/core';
import { parentPort, workerData } from 'node:worker_threads';
import { ExampleMaker } from './example-maker.js';
import type { ExampleAnswer, WorkerRequest, WorkerSetup } from './sample-protocol.js';

const maker = new ExampleMaker(workerData as WorkerSetup);
const begun = new Set<Promise<void>>();

parentPort?.on('message', (request: WorkerRequest) => {
  switch (request.type) {
    case 'example': {
      const work = answer(request.id, request.epoch, request.index).finally(() => {
        begun.delete(work);
      });
      begun.add(work);
      return;
    }
    case 'close':
      // Without its port the worker has nothing to wait for and exits.
      void Promise.all(begun).finally(() => parentPort?.close());
      return;
    default:
      request satisfies never;
  }
});

async function answer(id: number, epoch: number, index: number): Promise<void> {
  try {
    const example = await maker.make(epoch, index);
    const arrays = [example.image, example.mask, example.maskKnown];
    const buffers = arrays.flatMap((array) => (array ? [array.buffer as ArrayBuffer] : []));
    parentPort?.postMessage({ id, example } satisfies ExampleAnswer, buffers);
  } catch (error) {
    const { code, message } = asCtError(error, 'CT_INTERNAL', String(error));
    parentPort?.postMessage({ id, error: { code, message } } satisfies ExampleAnswer);
  }
}
