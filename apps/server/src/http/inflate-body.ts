import type { Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { CtError } from '@groundglass/core';
import type { Request } from 'express';

const inflaters = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
} as const;

/** What `Content-Encoding` says. @throws {CtError} `CT_BAD_REQUEST` for one that the server does not read. */
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
 * The body as its sender meant it: inflated where it is compressed. Reading it ends at the limits of `receiveBody`, so a small body
 * that inflates to more than fits is refused on the way, not after.
 */
export function inflatedBody(req: Request): Readable {
  const encoding = bodyEncoding(req);
  if (encoding === 'identity') return req;
  const inflater = inflaters[encoding]();
  req.once('close', () => {
    if (!req.complete) inflater.destroy(new CtError('CT_CANCELLED', 'The client disconnected'));
  });
  // Not `pipeline`, which would end the connection with a body that is not what it says: its sender should read why.
  req.pipe(inflater);
  inflater.once('error', () => {
    req.unpipe(inflater);
  });
  return inflater;
}

/** An error of reading a body, as what it is: the caller left, or the bytes are not what their encoding says. */
export function bodyError(cause: unknown): CtError {
  if (cause instanceof CtError) return cause;
  if (String((cause as NodeJS.ErrnoException).code).startsWith('Z_')) {
    return new CtError('CT_BAD_REQUEST', 'Expected a body compressed as Content-Encoding says', {
      cause,
    });
  }
  return new CtError('CT_CANCELLED', 'The client disconnected during the upload', { cause });
}
