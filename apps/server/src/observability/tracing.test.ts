import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { ask, startTestServer } from '../server.fixture.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('with a collector configured, requests become spans with their route and nothing of their content', async () => {
  const bodies: string[] = [];
  const collector = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk: Buffer) => (body += chunk.toString()));
    req.on('end', () => {
      bodies.push(body);
      res.end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${port}`);
  const server = await startTestServer({ copied: ['lesion-rule'] });
  // https://www.w3.org/TR/trace-context/: version, trace, parent, flags.
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  await ask(`${server.url}/v2/models/lesion-rule?patient=Smith`, {
    headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
  });
  await server[Symbol.asyncDispose]();
  collector.close();
  const sent = bodies.join('\n');
  expect(sent).toContain('GET /v2/models/:model');
  expect(sent).toContain(traceId);
  expect(sent).toContain('groundglass-server');
  expect(sent).not.toContain('Smith');
});
