import { request } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '@groundglass/core';
import { copyModels } from './inference/inference.fixture.js';
import type { ServerOptionsInput } from './options/server-options.js';
import { startServer, type RunningServer } from './start-server.js';

export interface TestServer extends RunningServer, AsyncDisposable {
  /** The copy of the fixture models that it serves. */
  readonly root: string;
}

/** A server over a copy of the fixture models, on free ports, with small pools; `await using` closes it. */
export async function startTestServer(
  options: Partial<ServerOptionsInput> & { copied?: string[] } = {},
): Promise<TestServer> {
  const { copied = ['lesion-rule', 'echo', 'busy'], ...given } = options;
  const root = await copyModels(copied);
  const scratch = await mkdtemp(join(tmpdir(), 'groundglass-test-'));
  const server = await startServer({
    models: root,
    port: 0,
    grpcPort: 0,
    processes: 1,
    threads: 1,
    decoders: 1,
    cacheDir: join(scratch, 'cache'),
    spoolDir: scratch,
    jobsDir: join(scratch, 'jobs'),
    logLevel: 'silent',
    ...given,
  });
  return {
    ...server,
    root,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await rm(root, { recursive: true, force: true });
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}

/** One request with any headers: `fetch` would not send our Host or Origin. */
export function ask(
  url: string,
  options: {
    method?: string;
    headers?: Record<string, string | number>;
    body?: string | Uint8Array;
  } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options;
    const call = request(url, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** A grey PNG of one value, from 0 to 255. */
export function greyPng(value: number, columns = 64, rows = 48): Uint8Array {
  const data = new Uint8Array(columns * rows).fill(value);
  return encodePng({ columns, rows, channels: 1, data });
}

const coreFixtures = join(import.meta.dirname, '../../../libs/core/src');

/** A file of libs/core's fixtures, such as `formats/dicom/fixtures/explicit.dcm`. */
export function coreFixture(path: string): Promise<Uint8Array> {
  return readFile(join(coreFixtures, path));
}

/**
 * A MetaImage volume in HU: each slice has one value.
 * https://itk.org/Wiki/ITK/MetaIO/Documentation
 */
export function metaImage(values: readonly number[], columns = 32, rows = 24): Uint8Array {
  const header = `ObjectType = Image
NDims = 3
BinaryData = True
BinaryDataByteOrderMSB = False
CompressedData = False
TransformMatrix = 1 0 0 0 1 0 0 0 1
Offset = 0 0 0
ElementSpacing = 1 1 5
DimSize = ${columns} ${rows} ${values.length}
ElementType = MET_SHORT
ElementDataFile = LOCAL
`;
  const pixels = Int16Array.from({ length: values.length * columns * rows }, (_, at) => {
    return values[Math.floor(at / (columns * rows))]!;
  });
  return Buffer.concat([Buffer.from(header), new Uint8Array(pixels.buffer)]);
}
