import { randomUUID } from 'node:crypto';
import { SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import type { Request, RequestHandler, Response } from 'express';
import { tracer } from '../observability/tracing.js';
import type { Services } from './services.js';

/** Where `createApp` mounts routers. */
const mounts = ['/v1/jobs', '/v1', '/v2', '/samples'];

/** In `res.locals`: the route name of a static file, for which Express has none. */
export const fileRoute = 'fileRoute';

/**
 * The route's pattern, never the path: names in a path can identify a patient. `baseUrl` does not help: Express has
 * reset it by the time an error is answered.
 */
function routeOf(req: Request, res: Response): string {
  const file: unknown = res.locals[fileRoute];
  if (typeof file === 'string') return file;
  const route = req.route as { path?: unknown } | undefined;
  if (typeof route?.path !== 'string') return 'unmatched';
  const mount = mounts.find((each) => /^[^?]*/.exec(req.originalUrl)![0].startsWith(each));
  return `${mount ?? ''}${route.path}`;
}

/** Gives each request an id and a span, and logs and counts its end. */
export function observe({
  log,
  metrics,
  activity,
}: Pick<Services, 'log' | 'metrics' | 'activity'>): RequestHandler {
  return (req, res, next) => {
    const started = performance.now();
    const id = randomUUID();
    res.setHeader('x-request-id', id);
    const parent = propagation.extract(context.active(), req.headers);
    const span = tracer.startSpan(req.method, { kind: SpanKind.SERVER }, parent);
    const ended = req.method === 'POST' ? activity.begin() : undefined;
    res.once('close', () => {
      ended?.();
      const route = routeOf(req, res);
      const ms = performance.now() - started;
      const status = res.writableFinished ? res.statusCode : 499;
      metrics.request('http', `${req.method} ${route}`, status, ms / 1000);
      log.info({ id, method: req.method, route, status, ms: Math.round(ms) }, 'request');
      span.updateName(`${req.method} ${route}`);
      span.setAttributes({
        'http.request.method': req.method,
        'http.route': route,
        'http.response.status_code': status,
      });
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    context.with(trace.setSpan(parent, span), next);
  };
}

/** Fires when the caller goes away before the answer is complete. */
export function abortSignalOf(res: Response): AbortSignal {
  const controller = new AbortController();
  res.once('close', () => {
    if (!res.writableFinished) controller.abort();
  });
  return controller.signal;
}
