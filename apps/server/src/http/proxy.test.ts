import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, startTestServer, type TestServer } from '../server.fixture.js';

const executablePath = process.env.GROUNDGLASS_CHROMIUM ?? '/usr/bin/chromium';
const openssl = '/usr/bin/openssl';
const samples = join(import.meta.dirname, '../../../../samples');

/** The page behind a proxy that terminates TLS, as docs/calling-the-server.md recommends. */
describe.skipIf(!existsSync(executablePath) || !existsSync(openssl))(
  'behind an HTTPS proxy (skipped where Chromium or openssl is missing)',
  () => {
    let folder: string;
    let proxy: Server;
    let browser: Browser;
    let upstream: TestServer;
    let passHost = false;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'groundglass-proxy-'));
      const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      execFileSync(
        openssl,
        `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ct.example.org -keyout ${key} -out ${cert}`.split(
          ' ',
        ),
        { stdio: 'ignore' },
      );
      proxy = createServer({ key: await readFile(key), cert: await readFile(cert) }, (req, res) => {
        const { hostname, port } = new URL(upstream.url);
        const headers = {
          ...req.headers,
          // What nginx sends unless it is configured to pass the client's.
          host: passHost ? req.headers.host : `${hostname}:${port}`,
          'x-forwarded-host': req.headers.host,
          'x-forwarded-proto': 'https',
          'x-forwarded-for': req.socket.remoteAddress,
        };
        const { method, url: path } = req;
        req.pipe(
          request({ hostname, port, method, path, headers }, (answer) => {
            res.writeHead(answer.statusCode ?? 502, answer.headers);
            answer.pipe(res);
          }),
        );
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      const { port } = proxy.address() as AddressInfo;
      browser = await chromium.launch({
        executablePath,
        args: [
          '--no-sandbox',
          '--disable-gpu',
          '--disable-background-networking',
          `--host-resolver-rules=MAP ct.example.org:443 127.0.0.1:${port}`,
        ],
      });
    });
    afterAll(async () => {
      await browser.close();
      proxy.closeAllConnections();
      proxy.close();
      await rm(folder, { recursive: true, force: true });
    });

    test.each([
      [
        'that rewrites Host, with --public-origin',
        false,
        { publicOrigin: ['https://ct.example.org'] },
      ],
      [
        'that passes Host, with --public-origin',
        true,
        { publicOrigin: ['https://ct.example.org'] },
      ],
      ['that passes Host, with --allowed-host', true, { allowedHost: ['ct.example.org'] }],
      [
        'that is trusted, with --allowed-host',
        false,
        { allowedHost: ['ct.example.org'], trustedProxy: ['127.0.0.1'] },
      ],
    ])('%s, the page opens and scores a sample', async (_, passes, options) => {
      passHost = passes;
      await using server = await startTestServer({ copied: ['lesion-rule'], samples, ...options });
      upstream = server;
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      const page = await context.newPage();
      const refused: string[] = [];
      page.on('response', (response) => {
        if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`);
      });
      await page.goto('https://ct.example.org/');
      await page.getByRole('button', { name: 'covid-slice.png', exact: true }).click();
      await expect
        .poll(
          async () => {
            const { text } = await ask(`${server.url}/metrics`);
            return text.includes('route="POST /v1/predictions",status="200"} 1');
          },
          { timeout: 60_000 },
        )
        .toBe(true);
      expect(refused).toEqual([]);
      await context.close();
    });
  },
);
