import { connect } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { GroundglassClient, type Job } from '@groundglass/client';
import type { SpawnedServer } from '../serving/spawn-server.js';
import type { CorpusFile } from './corpus.js';
import { httpCase } from './http-cases.js';
import { mutate, randomIntegers } from './mutate.js';

export interface ServerFuzzOptions {
  readonly seed: number;
  /** Malformed requests. */
  readonly requests: number;
  /** Valid requests with a damaged CT file. */
  readonly uploads: number;
  readonly onCase?: (done: number) => void;
}

export interface ServerFuzzResult {
  /** Count of each outcome: the status, or `closed` if the connection ended without one. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** What must not happen: an exit, a 500, an answer with internals, an unresponsive server, a job that loses a file. */
  readonly failures: readonly string[];
  /** The longest that `/healthz` took, asked after every hundredth case, in milliseconds. */
  readonly slowestHealthMs: number;
}

/** Connections at a time. */
const lanes = 8;
/** Time after which a server without an answer counts as hung. */
const patienceMs = 30_000;
/** Traces of internals: stack frames, files of the server. */
const inside = /\n\s+at |node_modules|\/apps\/server|\.[jt]s:\d/;

/** Sends requests and files that are wrong in many ways, drawn from a seed, and watches the server. */
export async function fuzzServer(
  server: SpawnedServer,
  corpus: readonly CorpusFile[],
  { seed, requests, uploads, onCase }: ServerFuzzOptions,
): Promise<ServerFuzzResult> {
  const outcomes = new Map<string, number>();
  const failures: string[] = [];
  let slowestHealthMs = 0;
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let n = next++; n < requests + uploads && !server.ended; n = next++) {
      onCase?.(n);
      const random = randomIntegers(seed, n);
      const isUpload = n >= requests;
      const bytes = isUpload ? uploadCase(corpus[n % corpus.length]!, random) : httpCase(random);
      // Only the files of uploads are damaged: each must get an answer.
      const answer = await send(server.url, bytes);
      const status = /^HTTP\/1.1 (\d{3})/.exec(answer)?.[1] ?? (answer === '' ? 'closed' : answer);
      const name = `${isUpload ? 'upload' : 'request'} ${status}`;
      outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
      if (status === '500' || status === 'hangs') failures.push(`case ${n}: ${status}`);
      if (isUpload && status === 'closed') failures.push(`case ${n}: no answer`);
      if (inside.test(answer)) failures.push(`case ${n}: the answer shows the inside`);
      if (n % 100 === 99) slowestHealthMs = Math.max(slowestHealthMs, await healthMs(server.url));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (server.ended) failures.push('the server ended');
  else failures.push(...(await lostFiles(server, outcomes)));
  return { outcomes, failures, slowestHealthMs };
}

/** Waits for the jobs that the cases started, and compares their rows with their files. */
async function lostFiles(server: SpawnedServer, outcomes: Map<string, number>): Promise<string[]> {
  const client = new GroundglassClient({ baseUrl: server.url });
  const failures: string[] = [];
  for (const { id } of await client.jobs()) {
    const { state, total, done }: Job = await client.watchJob(id);
    const paths = (await client.jobResults(id)).rows.map(({ path }) => path);
    const name = `job ${state}`;
    outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
    if (state !== 'done' || done !== total || new Set(paths).size !== total) {
      failures.push(`job ${id}: ${state}, ${paths.length} rows of ${total} files`);
    }
  }
  return failures;
}

function uploadCase(file: CorpusFile, random: (below: number) => number): Buffer {
  const plain = mutate(file.bytes, random);
  const encoding = (['gzip', 'deflate', 'none', 'none'] as const)[random(4)]!;
  const bytes =
    encoding === 'none' ? plain : encoding === 'gzip' ? gzipSync(plain) : deflateSync(plain);
  const path = random(8) === 0 ? '/v1/jobs' : '/v1/predictions?slices=middle';
  const packed = encoding === 'none' ? '' : `Content-Encoding: ${encoding}\r\n`;
  const accept = random(4) === 0 ? 'application/dicom' : random(4) === 0 ? 'image/png' : '*/*';
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: ${accept}\r\n${packed}Connection: close\r\nContent-Length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

/** Writes raw bytes and returns everything that comes back, or `hangs`. */
function send(url: string, bytes: Buffer): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(Number(port), hostname);
    const timer = setTimeout(() => {
      received = 'hangs';
      socket.destroy();
    }, patienceMs);
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (chunk) => (received += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(received);
    });
  });
}

async function healthMs(url: string): Promise<number> {
  const started = performance.now();
  const response = await fetch(`${url}/healthz`).catch(() => undefined);
  return response?.ok ? performance.now() - started : Infinity;
}
