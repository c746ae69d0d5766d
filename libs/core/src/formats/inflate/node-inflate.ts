import { Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { tolerantInflate } from './tolerant-inflate.js';

/** Inflates with Node's zlib, off the event loop's thread. */
export const nodeInflate = tolerantInflate((compressed, container) => {
  // Each piece costs a round trip through the thread pool, and a first slice waits for whole pieces.
  const options = { chunkSize: 256 * 1024 };
  const inflater = container === 'gzip' ? createGunzip(options) : createInflate(options);
  const input = Readable.from(compressed, { objectMode: true, highWaterMark: 1 });
  input.on('error', (error) => inflater.destroy(error));
  return input.pipe(inflater);
});
