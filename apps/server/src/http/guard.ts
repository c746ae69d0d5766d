import { createHash, timingSafeEqual } from 'node:crypto';
import { CtError } from '@groundglass/core';
import type { RequestHandler } from 'express';
import { isAllowedHost } from './addresses.js';

interface GuardOptions {
  readonly host: string;
  readonly allowedHost: readonly string[];
  readonly token?: string | undefined;
}

/** What probes ask; they have no token. */
const openPaths = new Set(['/healthz', '/v2/health/live', '/v2/health/ready']);

/** Keeps out pages that should not call: unknown Host names (DNS rebinding) and other sites (CSRF; there is no CORS). */
export function guardOrigin({ host, allowedHost }: GuardOptions): RequestHandler {
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
    next();
  };
}

/** Where the server has a token, keeps out who does not send it. */
export function guardToken({ token }: Pick<GuardOptions, 'token'>): RequestHandler {
  return (req, _res, next) => {
    const isOpen = req.method === 'GET' && openPaths.has(req.path);
    if (token !== undefined && !isOpen && !isBearer(req.headers.authorization, token)) {
      throw new CtError('CT_UNAUTHORIZED', 'Expected the header "Authorization: Bearer …"');
    }
    next();
  };
}

/** Compares in constant time; hashing first makes the lengths equal. */
export function isBearer(header: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(token));
}
