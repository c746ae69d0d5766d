import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeMask } from '@groundglass/core';

const model = { name: 'known-mask', version: '1', sha256: 'a'.repeat(64), trained: true };

/**
 * Starts a server that lists one model as a Groundglass server does; `predict` answers the prediction requests.
 *
 * @param token that requests must carry.
 */
export async function startFakeServer(predict: RequestListener, token?: string) {
  const server = createServer((request, response) => {
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: 'Expected another token', code: 'CT_UNAUTHORIZED' }));
    } else if (request.url === '/v1/models') {
      response.setHeader('content-type', 'application/json');
      const more = {
        threshold: 0.5,
        volumeThreshold: 0.5,
        labels: ['non-covid', 'covid'],
        aggregation: 'max',
      };
      response.end(JSON.stringify({ models: [{ ...model, ...more, metadata: {} }] }));
    } else if (request.url?.startsWith('/v1/predictions')) {
      request.resume().once('end', () => {
        predict(request, response);
      });
    } else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The lines that a Groundglass server sends for a picture: the probability is 75 %, the mask as given. */
export function predictionLines(mask: Float32Array, columns: number, rows: number): string {
  const slice = { index: 0, probability: 0.75, lesionFraction: 0.5, counted: true };
  const events = [
    {
      event: 'started',
      id: 'known',
      volume: { format: 'metaimage', columns, rows, sliceCount: 1 },
      slices: [0],
      warnings: [],
    },
    {
      event: 'slice',
      slice: { ...slice, mask: encodeMask(mask, columns, rows) },
      done: 1,
      total: 1,
    },
    {
      event: 'prediction',
      prediction: {
        id: 'known',
        file: 'known.mha',
        label: 'covid',
        withheld: [],
        probability: 0.75,
        threshold: 0.5,
        aggregation: null,
        lesionFraction: 0.5,
        slices: [slice],
        model,
        preprocessing: {
          window: { center: -600, width: 1500 },
          crop: 'none',
          huLost: false,
        },
        warnings: [],
        timingsMs: { decode: 1, queue: 0, infer: 1, total: 2 },
      },
    },
  ];
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}
