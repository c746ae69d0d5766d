import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, greyPng, startTestServer, type TestServer } from '../server.fixture.js';
import { startServer } from '../start-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ copied: ['lesion-rule'], allowedHost: ['ct.example'] });
});
afterAll(() => server[Symbol.asyncDispose]());

const healthz = (headers: Record<string, string>) => ask(`${server.url}/healthz`, { headers });

describe('a server on loopback', () => {
  test.each([
    'localhost',
    'localhost:8808',
    '127.0.0.1',
    '127.8.8.8:1',
    '[::1]:8808',
    'ct.example',
    'CT.example:80',
  ])('answers to the host %s', async (host) => {
    expect((await healthz({ host })).status).toBe(200);
  });

  test.each([
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '10.0.0.1',
    '0.0.0.0',
    'localhost@evil.example',
    'a b',
    '[::2]',
  ])('refuses the host %j, which a rebound name would carry', async (host) => {
    const { status, text } = await healthz({ host });
    expect(status).toBe(403);
    expect(JSON.parse(text)).toMatchObject({ code: 'CT_FORBIDDEN' });
  });

  test.each(['http://evil.example', 'null', 'https://localhost', 'http://localhost:1', ''])(
    'refuses the foreign origin %j, before it reads the body',
    async (origin) => {
      const answer = await ask(`${server.url}/v1/predictions`, {
        method: 'POST',
        headers: { origin },
        body: greyPng(1),
      });
      expect(answer.status).toBe(403);
    },
  );

  test('accepts calls of its own pages', async () => {
    const answer = await ask(`${server.url}/v1/predictions?mask=0`, {
      method: 'POST',
      headers: { origin: server.url, 'sec-fetch-site': 'same-origin' },
      body: greyPng(1),
    });
    expect(answer.status).toBe(200);
  });

  test('refuses to be embedded by another site, but accepts links', async () => {
    const crossSite = { 'sec-fetch-site': 'cross-site' };
    expect((await healthz({ ...crossSite, 'sec-fetch-mode': 'no-cors' })).status).toBe(403);
    expect((await healthz({ ...crossSite, 'sec-fetch-mode': 'navigate' })).status).toBe(200);
  });

  test('sends no CORS headers, and sends headers that prevent embedding', async () => {
    const { headers } = await ask(`${server.url}/v1/models`, { method: 'GET' });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(headers).toMatchObject({
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect(headers['x-powered-by']).toBeUndefined();
    expect(
      (await ask(`${server.url}/v1/models`, { method: 'OPTIONS' })).headers,
    ).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('behind a proxy', () => {
  const page = (of: TestServer, headers: Record<string, string>) =>
    ask(`${of.url}/v1/models`, { headers: { 'sec-fetch-site': 'same-origin', ...headers } });

  test('accepts its public origins with the server’s own Host or theirs, and no others', async () => {
    await using proxied = await startTestServer({
      copied: ['lesion-rule'],
      publicOrigin: ['https://ct.example.org', 'https://intranet:8443'],
    });
    const origin = 'https://ct.example.org';
    const passed = [
      { origin },
      { origin, host: 'ct.example.org' },
      { origin: 'https://intranet:8443', host: 'intranet:8443' },
    ];
    for (const headers of passed) {
      expect([headers, (await page(proxied, headers)).status]).toEqual([headers, 200]);
    }
    const refused = [
      { origin: 'https://evil.example' },
      { origin: 'https://intranet' },
      { origin: 'http://ct.example.org' },
      { origin, host: 'evil.example' },
      // Only a trusted proxy may set this header.
      { origin: 'https://other.example', 'x-forwarded-host': 'other.example' },
    ];
    for (const headers of refused) {
      expect([headers, (await page(proxied, headers)).status]).toEqual([headers, 403]);
    }
  });

  test('accepts the forwarded host of a trusted proxy if that host is allowed', async () => {
    await using proxied = await startTestServer({
      copied: ['lesion-rule'],
      trustedProxy: ['127.0.0.0/8'],
      allowedHost: ['ct.example.org'],
    });
    const origin = 'https://ct.example.org';
    const forwarded = { 'x-forwarded-host': 'ct.example.org', 'x-forwarded-proto': 'https' };
    expect((await page(proxied, { origin, ...forwarded })).status).toBe(200);
    expect((await page(proxied, { origin })).status).toBe(403);
    // A rebound page can write this header, but not Host.
    expect((await page(proxied, { ...forwarded, host: 'rebound.example' })).status).toBe(403);
    const foreign = { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' };
    expect((await page(proxied, foreign)).status).toBe(403);
  });

  test('a proxy that passes Host needs only the allowed host', async () => {
    const headers = { origin: 'https://ct.example', host: 'ct.example' };
    expect((await page(server, headers)).status).toBe(200);
  });
});

describe('a token', () => {
  const token = 'a-token-of-the-test';

  test('is required on every address but loopback: the server refuses to start', async () => {
    await expect(
      startServer({ models: server.root, host: '0.0.0.0', port: 0, logLevel: 'silent' }),
    ).rejects.toThrow('Expected a token to listen on 0.0.0.0');
  });

  test('gives access to everything; without it only health and pages answer', async () => {
    await using guarded = await startTestServer({
      copied: ['lesion-rule'],
      token,
      host: '0.0.0.0',
    });
    const port = new URL(guarded.url).port;
    const at = (path: string, authorization?: string) =>
      ask(`http://127.0.0.1:${port}${path}`, { headers: authorization ? { authorization } : {} });
    expect((await at('/healthz')).status).toBe(200);
    for (const wrong of [undefined, 'Bearer wrong', `Basic ${token}`, token, `Bearer ${token}x`]) {
      const { status, headers } = await at('/v1/models', wrong);
      expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer']);
      expect((await at('/v2', wrong)).status).toBe(401);
      expect((await at('/metrics', wrong)).status).toBe(401);
    }
    expect((await at('/v1/models', `Bearer ${token}`)).status).toBe(200);
    expect((await at('/v1/models', `bearer  ${token}`)).status).toBe(200);
  });

  test('shorter than 16 characters is refused', async () => {
    await expect(startServer({ models: server.root, token: 'short' })).rejects.toThrow(
      /16 characters/,
    );
  });
});
