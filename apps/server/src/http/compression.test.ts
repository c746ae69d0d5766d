import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { request } from 'node:http';
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, greyPng, startTestServer, type TestServer } from '../server.fixture.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ copied: ['lesion-rule'], maxBodyMib: 4 });
});
afterAll(() => server[Symbol.asyncDispose]());

const post = (path: string, encoding: string, body: Uint8Array, headers = {}) =>
  ask(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-encoding': encoding, ...headers },
    body,
  });

describe('compressed bodies', () => {
  const picture = greyPng(90);

  test.each([
    ['gzip', gzipSync(picture)],
    ['x-gzip', gzipSync(picture)],
    ['GZIP', gzipSync(picture)],
    ['deflate', deflateSync(picture)],
    ['identity', picture],
  ])('a picture in %s is scored as itself', async (encoding, body) => {
    const plain = await ask(`${server.url}/v1/predictions?mask=0`, {
      method: 'POST',
      body: picture,
    });
    const { status, text } = await post('/v1/predictions?mask=0', encoding, body);
    expect(status).toBe(200);
    const probability = (json: string): number =>
      (JSON.parse(json) as { probability: number }).probability;
    expect(probability(text)).toBe(probability(plain.text));
  });

  test('an infer request with binary data: its header length counts inflated bytes', async () => {
    const data = Buffer.from(Float32Array.of(0.5).buffer);
    const header = Buffer.from(
      JSON.stringify({
        inputs: [
          {
            name: 'image',
            datatype: 'FP32',
            shape: [1, 1, 1, 1],
            parameters: { binary_data_size: 4 },
          },
        ],
        outputs: [{ name: 'probability' }],
      }),
    );
    const { status, text } = await post(
      '/v2/models/lesion-rule/infer',
      'gzip',
      gzipSync(Buffer.concat([header, data])),
      { 'inference-header-content-length': header.length },
    );
    expect(status).toBe(200);
    // sigmoid(2)
    const { outputs } = JSON.parse(text) as { outputs: { data: number[] }[] };
    expect(outputs[0]!.data[0]).toBeCloseTo(0.880797, 5);
  });

  test('a form in gzip', async () => {
    const form = Buffer.concat([
      Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'),
      picture,
      Buffer.from('\r\n--b--\r\n'),
    ]);
    const type = { 'content-type': 'multipart/form-data; boundary=b' };
    expect((await post('/v1/predictions?mask=0', 'gzip', gzipSync(form), type)).status).toBe(200);
  });

  test.each([
    ['another encoding', 'br', picture, 400, 'gzip, deflate or without'],
    ['two encodings', 'gzip, gzip', picture, 400, 'gzip, deflate or without'],
    ['bytes that are no gzip', 'gzip', picture, 400, 'compressed as Content-Encoding says'],
    ['a gzip that is cut off', 'gzip', gzipSync(picture).subarray(0, 40), 400, 'compressed as'],
    ['nothing', 'gzip', new Uint8Array(0), 400, ''],
    [
      'a body that inflates to more than fits',
      'gzip',
      gzipSync(Buffer.alloc(64 * 1024 * 1024)),
      413,
      'Expected a body of at most 4194304 bytes',
    ],
  ])('%s is refused, and leaves no file', async (_, encoding, body, status, sentence) => {
    const answer = await post('/v1/predictions', encoding, body);
    expect([answer.status, answer.text]).toEqual([
      status,
      expect.stringContaining(sentence) as string,
    ]);
    await expect.poll(() => readdir(server.services.spoolDir)).toEqual([]);
    expect((await ask(`${server.url}/healthz`)).status).toBe(200);
  });
});

describe('compressed answers', () => {
  /** The bytes as received, not inflated. */
  const raw = (path: string, accept: string) =>
    new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
      const call = request(
        `${server.url}${path}`,
        { headers: { 'accept-encoding': accept } },
        (res) => {
          const chunks: Buffer[] = [];
          res.on('data', (chunk: Buffer) => chunks.push(chunk));
          res.on('end', () => {
            resolve({ encoding: res.headers['content-encoding'], body: Buffer.concat(chunks) });
          });
        },
      );
      call.on('error', reject);
      call.end();
    });

  test('use the encoding that the client accepts', async () => {
    const plain = await raw('/openapi.json', 'identity');
    expect(plain.encoding).toBeUndefined();
    const zipped = await raw('/openapi.json', 'gzip');
    expect(zipped.encoding).toBe('gzip');
    expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true);
    const deflated = await raw('/openapi.json', 'deflate');
    expect(deflated.encoding).toBe('deflate');
    expect(inflateSync(deflated.body).equals(plain.body)).toBe(true);
  });
});

test('HEAD answers as GET does, without a body', async () => {
  await using guarded = await startTestServer({
    copied: ['lesion-rule'],
    token: 'a-token-of-the-test',
  });
  const head = (path: string, headers = {}) =>
    ask(`${guarded.url}${path}`, { method: 'HEAD', headers });
  for (const path of [
    '/healthz',
    '/v2/health/live',
    '/v2/health/ready',
    '/',
    '/docs',
    '/openapi.json',
  ]) {
    const { status, text } = await head(path);
    expect([path, status, text]).toEqual([path, 200, '']);
  }
  expect((await head('/v2')).status).toBe(401);
  const authorization = { authorization: 'Bearer a-token-of-the-test' };
  for (const path of ['/v1/models', '/v2', '/v2/models', '/v2/models/lesion-rule', '/metrics']) {
    expect([path, (await head(path, authorization)).status]).toEqual([path, 200]);
  }
});
