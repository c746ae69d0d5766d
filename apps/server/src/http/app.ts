import compression from 'compression';
import express, { type Express } from 'express';
import { answerErrors, endStalledReaders, inviteBodies, notFound } from './finish-connection.js';
import { guardOrigin, guardToken } from './guard.js';
import { jobRoutes } from './job-routes.js';
import { pageRoutes, sampleRoutes } from './page-routes.js';
import { whyNotReady } from './readiness.js';
import { observe } from './request-context.js';
import { securityHeaders } from './security-headers.js';
import type { Services } from './services.js';
import { v1Routes } from './v1-routes.js';
import { v2Routes } from './v2-routes.js';

/** The HTTP application. It never listens: `startServer` and tests do that. */
export function createApp(services: Services): Express {
  const { options, log, metrics } = services;
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.use(observe(services), securityHeaders, endStalledReaders(options.idleSeconds * 1000));
  app.use(compressAnswers);
  // Pages need no token: they hold nothing secret, and users enter the token in the playground.
  app.use(guardOrigin(options), pageRoutes(), guardToken(options));
  app.use(inviteBodies(options.maxBodyMib * 1024 * 1024));
  if (options.samples !== undefined) app.use('/samples', sampleRoutes(options.samples));
  app.get('/healthz', (_req, res) => {
    const reason = whyNotReady(services);
    const status = services.draining ? 'draining' : 'ok';
    res.json({ status, ready: reason === undefined, ...(reason === undefined ? {} : { reason }) });
  });
  app.get('/metrics', async (_req, res) => {
    res.setHeader('content-type', metrics.registry.contentType);
    res.end(await metrics.registry.metrics());
  });
  app.use('/v1/jobs', jobRoutes(services));
  app.use('/v1', v1Routes(services));
  app.use('/v2', v2Routes(services));
  app.use(notFound, answerErrors(log));
  return app;
}

/**
 * gzip and deflate for clients that ask for it, at the cheapest level: each answer is sent once. Tensors count as
 * compressible. Pictures are compressed already, and streamed lines must not wait in a buffer.
 */
const compressAnswers = compression({
  level: 1,
  filter: (_req, res) =>
    /^(application\/(json|octet-stream|javascript)|text\/(html|css|javascript|plain))/.test(
      String(res.getHeader('content-type')),
    ),
});
