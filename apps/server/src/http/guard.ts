import { createHash, timingSafeEqual } from 'node:crypto';
import { CtError } from '@groundglass/core';
import type { RequestHandler } from 'express';
import { isAddressIn, isAllowedHost } from './addresses.js';

interface GuardOptions {
  readonly host: string;
  readonly allowedHost: readonly string[];
  readonly publicOrigin: readonly string[];
  readonly trustedProxy: readonly string[];
  readonly token?: string | undefined;
}

/** Paths of probes, which have no token. */
const openPaths = new Set(['/healthz', '/v2/health/live', '/v2/health/ready']);

/**
 * Refuses unknown Host names (DNS rebinding) and other sites (CSRF; there is no CORS).
 *
 * Behind a proxy the page's origin differs from the Host that arrives here. `publicOrigin` lists such origins; from a trusted proxy
 * the forwarded host and scheme count as well. The Host header itself must always be allowed, since a rebound page can set any
 * other header.
 */
export function guardOrigin(options: GuardOptions): RequestHandler {
  const publicHosts = options.publicOrigin.map((origin) => new URL(origin).hostname);
  const allowed = [...options.allowedHost, ...publicHosts];
  const refuseHost = (header: string | undefined): void => {
    if (isAllowedHost(header, options.host, allowed)) return;
    throw new CtError(
      'CT_FORBIDDEN',
      'Expected a host name that this server answers to: name it with --allowed-host or --public-origin',
    );
  };
  return (req, _res, next) => {
    const { origin, host } = req.headers;
    refuseHost(host);
    const forwarded = isAddressIn(req.socket.remoteAddress, options.trustedProxy)
      ? firstOf(req.headers['x-forwarded-host'])
      : undefined;
    if (forwarded !== undefined) refuseHost(forwarded);
    // Only the proxy knows whether it was http or https: both are this server's own page.
    const own = [host, forwarded].flatMap((name) => [`http://${name}`, `https://${name}`]);
    if (origin !== undefined && !own.includes(origin) && !options.publicOrigin.includes(origin)) {
      throw foreignPage();
    }
    const site = req.headers['sec-fetch-site'];
    const opensPage = req.headers['sec-fetch-mode'] === 'navigate' && req.method === 'GET';
    if ((site === 'cross-site' || site === 'same-site') && !opensPage) throw foreignPage();
    next();
  };
}

function foreignPage(): CtError {
  return new CtError(
    'CT_FORBIDDEN',
    'Expected a request from a page of this server or from no web page: behind a proxy, name its address with --public-origin',
  );
}

/** The first value of a header's list, set by the proxy nearest to the client. */
function firstOf(header: string | string[] | undefined): string | undefined {
  const [first] = Array.isArray(header) ? header : (header ?? '').split(',');
  const name = first?.trim();
  return name === '' ? undefined : name;
}

/** Refuses calls without the token, if the server has one. */
export function guardToken({ token }: Pick<GuardOptions, 'token'>): RequestHandler {
  return (req, _res, next) => {
    const isOpen = (req.method === 'GET' || req.method === 'HEAD') && openPaths.has(req.path);
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
