import { readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, greyPng, startTestServer, type TestServer } from '../server.fixture.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    copied: ['lesion-rule'],
    maxBodyMib: 8,
    idleSeconds: 1,
    uploadSeconds: 3,
    maxConnections: 40,
  });
});
afterAll(() => server[Symbol.asyncDispose]());

/** Opens a connection, writes, and collects the answer until the server closes it. */
function talk(text: string, then?: (socket: Socket) => void): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(text);
      then?.(socket);
    });
    let received = '';
    socket.on('data', (chunk) => (received += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(received);
    });
  });
}

const head = (length: number) =>
  `POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`;

describe('limits', () => {
  test('a body that declares too much is refused before it is sent', async () => {
    const answer = await talk(head(9 * 1024 * 1024));
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('Expected a body of at most 8388608 bytes, got more');
  });

  test('Expect: 100-continue is honoured, unless the body is too large or the host is unknown', async () => {
    const asks = (host: string, length: number) =>
      `POST /v1/predictions HTTP/1.1\r\nHost: ${host}\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
    expect(await talk(asks('localhost', 9 * 1024 * 1024))).toMatch(/^HTTP\/1.1 413 /);
    expect(await talk(asks('elsewhere.example', 1000))).toMatch(/^HTTP\/1.1 403 /);
    const picture = greyPng(100);
    const answer = await talk(asks('localhost', picture.length), (socket) => {
      socket.once('data', () => socket.write(picture));
    });
    expect(answer).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n/);
  });

  test('a body that exceeds the limit on the way is refused and leaves no file', async () => {
    const megabyte = 'x'.repeat(1024 * 1024);
    const answer = await talk(
      'POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n',
      (socket) => {
        for (let sent = 0; sent < 10; sent++) socket.write(`100000\r\n${megabyte}\r\n`);
      },
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    await expect.poll(() => readdir(server.services.spoolDir)).toEqual([]);
  });

  const form =
    'POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 5000\r\n\r\n';
  const part = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nabc';

  test.each([
    ['in the middle of a body', `${head(1000)}only this`],
    ['before the first part of a form', form],
    ['in the headers of a part', `${form}--b\r\nContent-Disp`],
    ['in a field', `${form}--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nabc`],
    ['in a file of a form', `${form}${part}`],
    ['between two files of a form', `${form}${part}\r\n--b\r\n`],
  ])('an upload that stops %s is ended with 408, and leaves no file', async (_, sent) => {
    const answer = await talk(sent);
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('CT_UPLOAD_STALLED');
    await expect.poll(() => readdir(server.services.spoolDir)).toEqual([]);
  });

  test.each([
    ['a body', head(1000)],
    ['a file of a form', `${form}${part}`],
    ['a form before its first part', form],
  ])('a byte now and then does not keep %s open for ever', async (_, sent) => {
    const answer = await talk(sent, (socket) => {
      const timer = setInterval(() => socket.write('x'), 400);
      socket.once('close', () => {
        clearInterval(timer);
      });
    });
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('within --upload-seconds');
    await expect.poll(() => readdir(server.services.spoolDir)).toEqual([]);
  });

  test('a connection whose headers never end is closed', async () => {
    expect(await talk('GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')).toMatch(
      /^HTTP\/1.1 408 |^$/,
    );
  });

  test('an idle connection is closed', async () => {
    expect(await talk('')).toMatch(/^$|^HTTP\/1.1 408/);
  });

  test('headers of more than 16 KiB are refused', async () => {
    const answer = await talk(
      `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
  });

  test.each([
    ['no request at all', 'hello\r\n\r\n', 400],
    ['no Host header', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    [
      'a path that is no UTF-8',
      'GET /v2/models/%ff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      400,
    ],
    [
      'a form without a boundary',
      'POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
      400,
    ],
  ])('%s is refused', async (_, text, status) => {
    expect(await talk(text)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  test('the server survives a client that leaves in the middle of a form', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write(`${form}${part}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await ask(`${server.url}/healthz`)).status).toBe(200);
  });

  test('a form that ends in the middle of its file is refused', async () => {
    const body = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nabc';
    const { status, text } = await ask(`${server.url}/v1/predictions`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body,
    });
    expect([status, JSON.parse(text)]).toMatchObject([400, { code: 'CT_BAD_REQUEST' }]);
  });

  test('connections above the limit are closed, and later ones answered', async () => {
    const { hostname, port } = new URL(server.url);
    const sockets = Array.from({ length: 60 }, () => connect(Number(port), hostname));
    for (const socket of sockets) socket.on('error', () => undefined);
    await expect
      .poll(() => sockets.filter((socket) => socket.destroyed || socket.readableEnded).length, {
        timeout: 10_000,
      })
      .toBeGreaterThanOrEqual(20);
    for (const socket of sockets) socket.destroy();
    await expect
      .poll(async () => (await ask(`${server.url}/healthz`).catch(() => undefined))?.status, {
        timeout: 10_000,
      })
      .toBe(200);
  });

  test('after all that a picture is scored as before', async () => {
    const { status } = await ask(`${server.url}/v1/predictions`, {
      method: 'POST',
      body: greyPng(100),
    });
    expect(status).toBe(200);
    await expect.poll(() => readdir(server.services.spoolDir)).toEqual([]);
  });
});

test('stopping finishes accepted requests and refuses new ones', async () => {
  const own = await startTestServer({ copied: ['busy'], drainSeconds: 60 });
  const body = JSON.stringify({
    inputs: [{ name: 'steps', datatype: 'INT64', shape: [1], data: [3000] }],
  });
  const running = ask(`${own.url}/v2/models/busy/infer`, { method: 'POST', body });
  await expect.poll(() => own.services.scheduler.idle).toBe(false);
  const closing = own.close();
  expect((await running).status).toBe(200);
  await closing;
  await expect(ask(`${own.url}/healthz`)).rejects.toThrow(/ECONNREFUSED/);
  await own[Symbol.asyncDispose]();
});
