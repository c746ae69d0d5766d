import { tolerantInflate } from './tolerant-inflate.js';

/** Inflates with the browser's DecompressionStream. */
export const browserInflate = tolerantInflate(async function* (compressed, container) {
  const iterator = compressed[Symbol.asyncIterator]();
  const input = new ReadableStream<BufferSource>(
    {
      async pull(controller) {
        const next = await iterator.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value as Uint8Array<ArrayBuffer>);
      },
    },
    { highWaterMark: 0 },
  );
  const format = container === 'gzip' ? 'gzip' : 'deflate';
  const reader = input.pipeThrough(new DecompressionStream(format)).getReader();
  try {
    for (;;) {
      const next = await reader.read();
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
});
