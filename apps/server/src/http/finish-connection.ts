import type { ErrorRequestHandler, RequestHandler } from 'express';
import { CtError } from '@groundglass/core';
import type { Logger } from 'pino';
import { toErrorAnswer } from '../errors/error-answer.js';

/** How long a client may continue to send a refused body, so that it can read the error. */
const lingerMs = 1000;

/** Answers an exception in the form of the protocol: `{ error, code }`, and under `/v2` just `{ error }`. */
export function answerErrors(log: Logger): ErrorRequestHandler {
  // Express recognises error handlers by their four parameters.
  return (error: unknown, req, res, next) => {
    const { status, code, message, retryAfterS } = toErrorAnswer(error);
    if (status >= 500 && status !== 503 && status !== 504)
      log.error({ err: error }, 'request failed');
    if (res.headersSent) {
      // Express ends the connection, so that the client sees a truncated answer.
      next(error);
      return;
    }
    if (retryAfterS !== undefined) res.setHeader('retry-after', String(retryAfterS));
    if (status === 401) res.setHeader('www-authenticate', 'Bearer');
    if (!req.complete) {
      res.setHeader('connection', 'close');
      res.once('finish', () => {
        req.resume();
        setTimeout(() => req.socket.destroy(), lingerMs).unref();
      });
    }
    const isOip = /^\/v2(\/|$)/.test(req.path);
    res.status(status).json(isOip ? { error: message } : { error: message, code });
  };
}

/**
 * Answers `Expect: 100-continue` (curl sends it from 1 MiB on) with 100, unless the body is too large: then the client reads the
 * error before it sends anything.
 */
export function inviteBodies(maxBytes: number): RequestHandler {
  return (req, res, next) => {
    const isHeldBack = req.headers.expect?.toLowerCase() === '100-continue';
    if (isHeldBack && Number(req.headers['content-length'] ?? 0) <= maxBytes) res.writeContinue();
    next();
  };
}

/** Answers requests that match no route. */
export const notFound: RequestHandler = (req) => {
  throw new CtError('CT_NOT_FOUND', `There is no ${req.method.slice(0, 10)} at this address`);
};

/** Closes a connection whose client stops reading the answer. */
export function endStalledReaders(idleMs: number): RequestHandler {
  return (req, res, next) => {
    const { socket } = req;
    const end = (): void => {
      socket.destroy();
    };
    res.once('prefinish', () => {
      socket.setTimeout(idleMs, end);
    });
    // From here on Node's own keep-alive timeout counts.
    res.once('finish', () => socket.off('timeout', end));
    next();
  };
}
