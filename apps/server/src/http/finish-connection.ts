import type { ErrorRequestHandler, RequestHandler } from 'express';
import { CtError } from '@groundglass/core';
import type { Logger } from 'pino';
import { toErrorAnswer } from '../errors/error-answer.js';

/** How long a caller may go on sending a body that was refused, so that it gets to read why. */
const lingerMs = 1000;

/** Answers an exception in the form of the protocol: `{ error, code }`, and under `/v2` just `{ error }`. */
export function answerErrors(log: Logger): ErrorRequestHandler {
  // Express tells error handlers by their four parameters.
  return (error: unknown, req, res, next) => {
    const { status, code, message, retryAfterS } = toErrorAnswer(error);
    if (status >= 500 && status !== 503 && status !== 504)
      log.error({ err: error }, 'request failed');
    if (res.headersSent) {
      // Express ends the connection, so that the caller sees a broken answer.
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
 * Invites a body that its sender holds back (`Expect: 100-continue`, as curl does from 1 MiB on), unless it is too large: then
 * the sender reads why before it has sent anything.
 */
export function inviteBodies(maxBytes: number): RequestHandler {
  return (req, res, next) => {
    const isHeldBack = req.headers.expect?.toLowerCase() === '100-continue';
    if (isHeldBack && Number(req.headers['content-length'] ?? 0) <= maxBytes) res.writeContinue();
    next();
  };
}

/** For whatever no route matched. */
export const notFound: RequestHandler = (req) => {
  throw new CtError('CT_NOT_FOUND', `There is no ${req.method.slice(0, 10)} at this address`);
};

/** Ends a connection whose reader takes nothing of the answer for a while. */
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
