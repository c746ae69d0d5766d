import { asCtError } from '@groundglass/core';
import { parentPort, workerData } from 'node:worker_threads';
import { ExampleMaker } from './example-maker.js';
import type { ExampleAnswer, ExampleRequest, WorkerSetup } from './sample-protocol.js';

const maker = new ExampleMaker(workerData as WorkerSetup);

parentPort?.on('message', ({ id, epoch, index }: ExampleRequest) => {
  maker.make(epoch, index).then(
    (example) => {
      const answer: ExampleAnswer = { id, example };
      parentPort?.postMessage(answer, [
        example.image.buffer as ArrayBuffer,
        example.mask.buffer as ArrayBuffer,
      ]);
    },
    (error: unknown) => {
      const { code, message } = asCtError(error, 'CT_INTERNAL', String(error));
      parentPort?.postMessage({ id, error: { code, message } } satisfies ExampleAnswer);
    },
  );
});
