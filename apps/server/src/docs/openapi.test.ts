import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { join } from 'node:path';
import { ask, greyPng, startTestServer, type TestServer } from '../server.fixture.js';
import {
  inferResponseSchema,
  modelMetadataSchema,
  modelStatisticsSchema,
  repositoryIndexSchema,
  serverMetadataSchema,
} from '../oip/answer-schemas.js';
import { createApp } from '../http/app.js';
import { jobRoutes } from '../http/job-routes.js';
import { pageRoutes, sampleRoutes } from '../http/page-routes.js';
import { v1Routes } from '../http/v1-routes.js';
import { v2Routes } from '../http/v2-routes.js';
import type { OpenApiDocument } from './openapi.js';

/** The part of Express's routers that is read here: the paths and methods of their routes. */
interface Layer {
  readonly route?: {
    readonly path: string;
    readonly stack: readonly { readonly method: string }[];
  };
}

let server: TestServer;
let document: OpenApiDocument;
beforeAll(async () => {
  server = await startTestServer({
    copied: ['lesion-rule'],
    samples: join(import.meta.dirname, '../../../../samples'),
  });
  document = JSON.parse((await ask(`${server.url}/openapi.json`)).text) as OpenApiDocument;
});
afterAll(() => server[Symbol.asyncDispose]());

describe('/openapi.json', () => {
  test('is OpenAPI 3.1 by the specification’s own schema', async () => {
    const result = await new Validator().validate(document as unknown as Record<string, unknown>);
    expect(result).toMatchObject({ valid: true });
    expect(document.openapi).toBe('3.1.0');
  });

  test('every documented path exists and finds the requested model or job', async () => {
    const startJob = async (): Promise<string> => {
      const answer = await ask(`${server.url}/v1/jobs`, { method: 'POST', body: greyPng(9) });
      return (JSON.parse(answer.text) as { id: string }).id;
    };
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const method of Object.keys(methods)) {
        const filled = path
          .replace('{model}', 'lesion-rule')
          .replace('{version}', '1')
          .replace('{file}', 'covid-slice.png');
        // A separate job for each: some of these calls end it.
        const url = `${server.url}${filled.includes('{job}') ? filled.replace('{job}', await startJob()) : filled}`;
        const { status } = await ask(url, { method: method.toUpperCase() });
        // A missing body gives a 400; 404 or 405 would mean that the route does not exist.
        expect([method, path, status]).toEqual([
          method,
          path,
          expect.toSatisfy((found: number) => found < 500 && found !== 404 && found !== 405),
        ]);
      }
    }
  });

  test('every route of the server is documented', () => {
    const { services } = server;
    const mounted: [string, { stack: Layer[] }][] = [
      ['', createApp(services).router],
      ['', pageRoutes()],
      ['/samples', sampleRoutes('.')],
      ['/v1', v1Routes(services)],
      ['/v1/jobs', jobRoutes(services)],
      ['/v2', v2Routes(services)],
    ];
    const routes = mounted.flatMap(([mount, { stack }]) =>
      stack.flatMap(({ route }) =>
        route
          ? route.stack.map(({ method }) => {
              const path = `${mount}${route.path}`.replace(/(.)\/$/, '$1');
              return `${method} ${path.replace(/:(\w+)/g, '{$1}')}`;
            })
          : [],
      ),
    );
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    // Static files have no route in Express.
    expect([...new Set([...routes, 'get /samples/{file}'])].sort()).toEqual(described.sort());
  });

  test('answers match their schemas', async () => {
    const read = async (path: string, options = {}): Promise<unknown> =>
      JSON.parse((await ask(`${server.url}${path}`, options)).text) as unknown;
    const body = JSON.stringify({
      inputs: [{ name: 'image', datatype: 'FP32', shape: [1, 1, 1, 1], data: [0.5] }],
    });
    serverMetadataSchema.parse(await read('/v2'));
    modelMetadataSchema.parse(await read('/v2/models/lesion-rule'));
    inferResponseSchema.parse(await read('/v2/models/lesion-rule/infer', { method: 'POST', body }));
    modelStatisticsSchema.parse(await read('/v2/models/lesion-rule/stats'));
    repositoryIndexSchema.parse(await read('/v2/repository/index', { method: 'POST' }));
  });
});

test('/docs names every path and loads nothing else', async () => {
  const { text, headers } = await ask(`${server.url}/docs`);
  expect(headers['content-type']).toContain('text/html');
  for (const path of Object.keys(document.paths)) expect(text).toContain(path);
  expect(text).not.toMatch(/<script|src=|https?:\/\//);
});

test('the playground is at / and loads scripts only from this server', async () => {
  const { status, text, headers } = await ask(`${server.url}/`);
  expect(status).toBe(200);
  expect(text).toContain('<groundglass-viewer');
  expect(headers['content-security-policy']).toContain("default-src 'self'");
  for (const [, path] of text.matchAll(/(?:src|href)="([\w./-]+\.(?:js|css))"/g)) {
    expect([path, (await ask(`${server.url}/${path!}`)).status]).toEqual([path, 200]);
  }
});

describe('samples', () => {
  test('are listed without their masks, and each can be fetched and scored', async () => {
    const { text } = await ask(`${server.url}/samples/index.json`);
    const list = JSON.parse(text) as { name: string; url: string }[];
    expect(list.map(({ name }) => name)).toContain('covid-slice.png');
    expect(list.filter(({ name }) => name.includes('mask'))).toEqual([]);
    const slice = list.find(({ name }) => name === 'covid-slice.png')!;
    const response = await fetch(`${server.url}/${slice.url}`);
    const scored = await ask(`${server.url}/v1/predictions?mask=0`, {
      method: 'POST',
      body: new Uint8Array(await response.arrayBuffer()),
    });
    expect(scored.status).toBe(200);
  });

  test.each([
    'README.md',
    '../package.json',
    '..%2fpackage.json',
    '%2e%2e/package.json',
    'covid-slice.mask.png',
    '.',
    '',
  ])('do not hand out %j', async (path) => {
    expect((await ask(`${server.url}/samples/${path}`)).status).toBe(404);
  });
});

test('/metrics counts requests, the queue, batches, inference and restarts', async () => {
  await ask(`${server.url}/v1/predictions`, { method: 'POST', body: greyPng(9) });
  await ask(`${server.url}/`);
  await ask(`${server.url}/samples/covid-slice.png`);
  const { text } = await ask(`${server.url}/metrics`);
  for (const name of [
    'groundglass_requests_total{protocol="http",route="POST /v1/predictions",status="200"}',
    'groundglass_requests_total{protocol="http",route="GET /:file",status="200"}',
    'groundglass_requests_total{protocol="http",route="GET /samples/:file",status="200"}',
    'groundglass_queue_length 0',
    'groundglass_batch_size_count{model="lesion-rule"}',
    'groundglass_inference_seconds_bucket',
    'groundglass_process_restarts_total{process="inference"} 0',
  ]) {
    expect(text).toContain(name);
  }
});
