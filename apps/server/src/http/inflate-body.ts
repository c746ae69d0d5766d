import type { Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { CtError } from '@groundglass/core';
import type { Request } from 'express';

const inflaters = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
} as const;

/** Reads `Content-Encoding`. @throws {CtError} `CT_BAD_REQUEST` for an unsupported one. */
export function bodyEncoding(req: Request): keyof typeof inflaters | 'identity' {
  const encoding = (req.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || Object.hasOwn(inflaters, encoding)) {
    return encoding as ReturnType<typeof bodyEncoding>;
  }
  throw new CtError(
    'CT_BAD_REQUEST',
    `Expected a body in gzip, deflate or without Content-Encoding, got ${encoding.slice(0, 40)}`,
  );
}

/**
 * The request body, inflated if it is compressed. The limits of `receiveBody` apply while it inflates, so a small body
 * that inflates beyond them is refused midway.
 */
export function inflatedBody(req: Request): Readable {
  const encoding = bodyEncoding(req);
  if (encoding === 'identity') return req;
  const inflater = inflaters[encoding]();
  req.once('close', () => {
    if (!req.complete) inflater.destroy(new CtError('CT_CANCELLED', 'The client disconnected'));
  });
  // Not `pipeline`, which would end the connection on a malformed body: the client should read the error.
  req.pipe(inflater);
  inflater.once('error', () => {
    req.unpipe(inflater);
  });
  return inflater;
}

/** Classifies an error of reading a body: the client left, or the bytes do not match their encoding. */
export function bodyError(cause: unknown): CtError {
  if (cause instanceof CtError) return cause;
  if (String((cause as NodeJS.ErrnoException).code).startsWith('Z_')) {
    return new CtError('CT_BAD_REQUEST', 'Expected a body compressed as Content-Encoding says', {
      cause,
    });
  }
  return new CtError('CT_CANCELLED', 'The client disconnected during the upload', { cause });
}
