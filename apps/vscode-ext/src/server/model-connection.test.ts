import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { connectTo } from './model-connection.js';

const { signal } = new AbortController();
const metadata = { name: 'chest', versions: ['1', '2'], platform: 'p', inputs: [], outputs: [] };

test('a Groundglass server is recognised by its list of models', async () => {
  const model = {
    ...{
      name: 'm',
      version: '1',
      sha256: 'a'.repeat(64),
      trained: true,
      threshold: 0.5,
      volumeThreshold: 0.5,
    },
    ...{ labels: ['non-covid', 'covid'], aggregation: 'max', metadata: {} },
  };
  const connection = await connected({ '/v1/models': { models: [model] } });
  expect(connection).toMatchObject({ kind: 'groundglass', models: [{ name: 'm', trained: true }] });
});

test('Triton, which has no /v1, is asked for its repository', async () => {
  const connection = await connected({
    '/v2': { name: 'triton', version: '2.60', extensions: ['model_repository'] },
    '/v2/repository/index': [{ name: 'chest', version: '1', state: 'READY' }],
  });
  expect(connection).toMatchObject({
    kind: 'oip',
    models: [{ name: 'chest', version: '1', trained: null }],
  });
});

test('KServe, whose /v1/models is of another protocol and which lists no repository, is asked for one model', async () => {
  const answers = {
    '/v1/models': { models: ['chest'] },
    '/v2': { name: 'kserve', version: '0.15' },
    '/v2/models/chest': metadata,
    '/v2/models/groundglass': { ...metadata, name: 'groundglass' },
  };
  expect(await connected(answers, 'chest')).toMatchObject({
    models: [{ name: 'chest', version: '2' }],
  });
  expect(await connected(answers)).toMatchObject({ models: [{ name: 'groundglass' }] });
});

test('a server of neither protocol gives the error of the first try; a wrong token is not tried twice', async () => {
  await expect(connected({})).rejects.toMatchObject({ code: 'CT_NOT_FOUND' });
  await expect(connected({ '/v1/models': 401, '/v2': {} })).rejects.toMatchObject({
    code: 'CT_UNAUTHORIZED',
  });
});

/** Connects to a server that answers its paths with JSON or a status, and others with 404. */
async function connected(answers: Readonly<Record<string, unknown>>, chosen?: string) {
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ''] ?? 404;
    if (typeof answer === 'number') response.writeHead(answer).end();
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await connectTo({ baseUrl: `http://127.0.0.1:${port}` }, chosen, signal);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
