import { createHash, timingSafeEqual } from 'node:crypto';
import { CtError } from '@groundglass/core';
import type { RequestHandler } from 'express';
import { isAllowedHost } from './addresses.js';

interface GuardOptions {
  readonly host: string;
  readonly allowedHost: readonly string[];
  readonly token?: string | undefined;
}

/** Pages that a browser may open without a token: they hold nothing secret, and show where to give it. */
const openPaths = new Set(['/', '/healthz', '/docs', '/v2/health/live', '/v2/health/ready']);

/**
 * Keeps out who should not call: unknown Host names (DNS rebinding), pages of other sites (CSRF; there is no CORS), and,
 * where the server has a token, callers without it.
 */
export function guard({ host, allowedHost, token }: GuardOptions): RequestHandler {
  return (req, _res, next) => {
    if (!isAllowedHost(req.headers.host, host, allowedHost)) {
      throw new CtError('CT_FORBIDDEN', 'Expected a host name that this server answers to');
    }
    const { origin } = req.headers;
    if (origin !== undefined && origin !== `http://${req.headers.host}`) {
      throw new CtError(
        'CT_FORBIDDEN',
        'Expected a call from no page, or from a page of this server',
      );
    }
    const site = req.headers['sec-fetch-site'];
    const opensPage = req.headers['sec-fetch-mode'] === 'navigate' && req.method === 'GET';
    if ((site === 'cross-site' || site === 'same-site') && !opensPage) {
      throw new CtError(
        'CT_FORBIDDEN',
        'Expected a call from no page, or from a page of this server',
      );
    }
    if (token !== undefined && !isOpen(req.method, req.path)) {
      if (!isBearer(req.headers.authorization, token)) {
        throw new CtError('CT_UNAUTHORIZED', 'Expected the header "Authorization: Bearer …"');
      }
    }
    next();
  };
}

function isOpen(method: string, path: string): boolean {
  return method === 'GET' && (openPaths.has(path) || path.startsWith('/assets/'));
}

/** Compares in constant time; hashing first makes the lengths equal. */
export function isBearer(header: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(token));
}
