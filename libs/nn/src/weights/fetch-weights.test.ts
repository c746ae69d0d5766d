import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fetchWeights } from './fetch-weights.js';

const weights = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 9)) & 255));
const sha256 = createHash('sha256').update(weights).digest('hex');

describe('fetching weights', () => {
  let server: Server;
  let url: string;
  let folder: string;
  let file: string;
  let requests: { method: string; range?: string }[];
  /** Ends the connection after so many bytes of the body. */
  let breakAfter: number;
  let published: string | undefined;

  beforeEach(async () => {
    requests = [];
    breakAfter = Infinity;
    published = sha256;
    folder = mkdtempSync(join(tmpdir(), 'weights-'));
    file = join(folder, 'densenet169.safetensors');
    server = createServer((request: IncomingMessage, response) => {
      const { range } = request.headers;
      requests.push({ method: request.method!, ...(range === undefined ? {} : { range }) });
      if (request.url === '/model') {
        // As Hugging Face does: the checksum is on the redirect.
        response.writeHead(302, {
          location: '/storage',
          ...(published === undefined ? {} : { 'x-linked-etag': `"${published}"` }),
        });
        response.end();
        return;
      }
      const start = range === undefined ? 0 : Number(/\d+/.exec(range)![0]);
      if (start >= weights.length) {
        response.writeHead(416).end();
        return;
      }
      const body = weights.subarray(start);
      response.writeHead(range === undefined ? 200 : 206, {
        'content-length': body.length,
        ...(range === undefined
          ? {}
          : { 'content-range': `bytes ${start}-${weights.length - 1}/${weights.length}` }),
      });
      if (body.length <= breakAfter) response.end(body);
      else response.write(body.subarray(0, breakAfter), () => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model`;
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test('verifies them against the checksum that the server publishes, and reports progress', async () => {
    const seen: [number, number | undefined][] = [];
    const onProgress = (done: number, total: number | undefined) => seen.push([done, total]);
    expect(await fetchWeights('densenet169', file, { url, onProgress })).toBe(sha256);
    expect(readFileSync(file).equals(weights)).toBe(true);
    expect(seen.at(-1)).toEqual([weights.length, weights.length]);
  });

  test('resumes where a broken connection stopped', async () => {
    breakAfter = 100_000;
    await expect(fetchWeights('densenet169', file, { url })).rejects.toThrow(
      'run the command again',
    );
    expect(existsSync(file)).toBe(false);
    const have = readFileSync(`${file}.part`).length;
    expect(have).toBeGreaterThan(0);
    breakAfter = Infinity;
    await fetchWeights('densenet169', file, { url });
    expect(requests.at(-1)!.range).toBe(`bytes=${have}-`);
    expect(readFileSync(file).equals(weights)).toBe(true);
    expect(existsSync(`${file}.part`)).toBe(false);
  });

  test('deletes a download with another checksum', async () => {
    const other = '0'.repeat(64);
    await expect(fetchWeights('densenet169', file, { url, sha256: other })).rejects.toThrow(
      `Expected weights with SHA-256 ${other}`,
    );
    expect(existsSync(file) || existsSync(`${file}.part`)).toBe(false);
  });

  test('starts over if a part is longer than the file', async () => {
    await fetchWeights('densenet169', file, { url });
    writeFileSync(`${file}.part`, Buffer.concat([weights, weights]));
    await fetchWeights('densenet169', file, { url });
    expect(readFileSync(file).equals(weights)).toBe(true);
  });

  test('refuses weights without any checksum', async () => {
    published = undefined;
    await expect(fetchWeights('densenet169', file, { url })).rejects.toThrow('give the checksum');
  });

  test('reports a missing network', async () => {
    // A port that was just closed.
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    await expect(
      fetchWeights('densenet169', file, { url: `http://127.0.0.1:${port}/model` }),
    ).rejects.toThrow('are you offline?');
  });
});
