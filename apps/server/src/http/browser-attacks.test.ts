import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../server.fixture.js';

const executablePath = process.env.GROUNDGLASS_CHROMIUM ?? '/usr/bin/chromium';

/** An attacker's pages in a real browser: the server must refuse whatever they send. */
describe.skipIf(!existsSync(executablePath))(
  'pages of another site (skipped where Chromium is missing)',
  () => {
    let server: TestServer;
    let evil: Server;
    let evilPort: number;
    let browser: Browser;
    beforeAll(async () => {
      server = await startTestServer({ copied: ['lesion-rule'], modelControlMode: 'explicit' });
      evil = createServer((_req, res) =>
        res.setHeader('content-type', 'text/html').end('<!doctype html><p>evil'),
      );
      await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
      evilPort = (evil.address() as AddressInfo).port;
      const { port } = new URL(server.url);
      browser = await chromium.launch({
        executablePath,
        args: [
          '--no-sandbox',
          '--disable-gpu',
          '--disable-background-networking',
          // A rebound name: it served the page from elsewhere and now points at this machine.
          `--host-resolver-rules=MAP rebound.example 127.0.0.1, MAP evil.example 127.0.0.1:${evilPort}, MAP rebound-port.example 127.0.0.1:${port}`,
        ],
      });
    });
    afterAll(async () => {
      await browser.close();
      evil.close();
      await server[Symbol.asyncDispose]();
    });

    const requests = async (): Promise<number> => {
      const text = await server.services.metrics.registry.metrics();
      const answered = [...text.matchAll(/requests_total\{[^}]*status="2\d\d"\} (\d+)/g)];
      return answered.reduce((sum, [, count]) => sum + Number(count), 0);
    };

    test('cannot send a form, a beacon or a request that the server accepts', async () => {
      const page = await browser.newPage();
      await page.goto('http://evil.example/');
      const before = await requests();
      const outcomes = await page.evaluate(async (url) => {
        const attempt = (path: string, init?: RequestInit): Promise<string> =>
          fetch(url + path, init).then(
            (response) => `${response.type} ${response.status}`,
            () => 'refused',
          );
        navigator.sendBeacon(`${url}/v2/repository/models/lesion-rule/unload`, '');
        return Promise.all([
          attempt('/v1/models'),
          attempt('/v1/predictions', { method: 'POST', body: 'x', mode: 'no-cors' }),
          attempt('/v2/repository/models/lesion-rule/unload', { method: 'POST', mode: 'no-cors' }),
          attempt('/v2/models/lesion-rule', { headers: { 'x-own': '1' } }),
        ]);
      }, server.url);
      // An opaque answer has status 0: the page learns nothing from it.
      expect(outcomes.filter((outcome) => !['refused', 'opaque 0'].includes(outcome))).toEqual([]);
      await page.setContent(
        `<form method="post" action="${server.url}/v2/repository/models/lesion-rule/unload"></form>`,
      );
      const [response] = await Promise.all([
        page.waitForResponse((each) => each.url().includes('/unload')),
        page.evaluate(() => {
          document.querySelector('form')!.submit();
        }),
      ]);
      expect(response.status()).toBe(403);
      expect(await requests()).toBe(before);
      expect(server.services.repository.versionsOf('lesion-rule')).toEqual(['1']);
      await page.close();
    });

    test('cannot embed it as a picture, a script or a frame', async () => {
      const page = await browser.newPage();
      await page.goto('http://evil.example/');
      const before = await requests();
      const outcomes = await page.evaluate(async (url) => {
        const load = (tag: 'img' | 'script', path: string): Promise<string> =>
          new Promise((resolve) => {
            const element = document.createElement(tag);
            element.onload = () => {
              resolve('loaded');
            };
            element.onerror = () => {
              resolve('refused');
            };
            element.src = url + path;
            document.body.append(element);
          });
        return Promise.all([
          load('img', '/v1/models'),
          load('script', '/openapi.json'),
          load('script', '/playground.js'),
        ]);
      }, server.url);
      expect(outcomes).toEqual(['refused', 'refused', 'refused']);
      expect(await requests()).toBe(before);
      await page.close();
    });

    test('cannot reach it by a name that they point at this machine', async () => {
      const page = await browser.newPage();
      const { port } = new URL(server.url);
      for (const url of [
        `http://rebound.example:${port}/v1/models`,
        'http://rebound-port.example/v1/models',
      ]) {
        const response = await page.goto(url);
        expect(response?.status()).toBe(403);
        // Same origin as far as the browser knows, so only the server can refuse.
        const status = await page.evaluate(async () => (await fetch('/v1/models')).status);
        expect(status).toBe(403);
      }
      await page.close();
    });

    test('and the server’s own page works', async () => {
      const page = await browser.newPage();
      const response = await page.goto(`${server.url}/v1/models`);
      expect(response?.status()).toBe(200);
      expect(await page.evaluate(async () => (await fetch('/v1/models')).status)).toBe(200);
      await page.close();
    });
  },
);
