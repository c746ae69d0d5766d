import busboy from 'busboy';
import { CtError } from '@groundglass/core';
import type { Request } from 'express';
import type { UploadedFile } from '../imaging-worker/codec-calls.js';
import { discardRef } from '../tensors/byte-ref.js';
import type { ByteRef } from '../tensors/tensor.js';
import { bodyEncoding, bodyError, inflatedBody } from './inflate-body.js';
import {
  bodyTooLarge,
  receiveBody,
  uploadStalled,
  uploadTooSlow,
  type BodyLimits,
} from './receive-body.js';

/** A long series has about a thousand slices. */
const mostFiles = 2048;

/** Bytes of each form file kept in memory, so that a series of many small files does not fill it. */
const memoryBytes = 64 * 1024;

/**
 * Receives one CT file: the raw body, or the first file of `multipart/form-data`, with further files as its companions
 * (the `.raw` of a `.mhd`, the other slices of a DICOM series). The caller removes it: {@link discardUpload}.
 *
 * @throws {CtError} `CT_BAD_REQUEST` for a form without a file, and what `receiveBody` throws.
 */
export async function receiveUpload(req: Request, limits: BodyLimits): Promise<UploadedFile> {
  refuseEarly(req, limits.maxBytes);
  if (!/^multipart\/form-data\b/i.test(req.headers['content-type'] ?? '')) {
    return { data: await receiveBody(inflatedBody(req), limits), name: undefined, companions: [] };
  }
  const files = await receiveForm(req, limits);
  const [first, ...companions] = files;
  if (!first) throw new CtError('CT_BAD_REQUEST', 'Expected a form with a file, got none');
  return { ...first, companions };
}

export function discardUpload({ data, companions }: UploadedFile): void {
  discardRef(data);
  for (const companion of companions) discardRef(companion.data);
}

/** Checks what the headers declare. @throws {CtError} `CT_TOO_LARGE`, `CT_BAD_REQUEST`. */
export function refuseEarly(req: Request, maxBytes: number): void {
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw bodyTooLarge(maxBytes);
  bodyEncoding(req);
}

async function receiveForm(
  req: Request,
  limits: BodyLimits,
): Promise<{ name: string; data: ByteRef }[]> {
  const received: Promise<{ name: string; data: ByteRef }>[] = [];
  let form: busboy.Busboy;
  try {
    form = busboy({
      headers: req.headers,
      limits: {
        files: mostFiles,
        fields: 16,
        fieldSize: 1024,
        parts: mostFiles + 16,
        headerPairs: 32,
      },
    });
  } catch (cause) {
    throw malformed(cause);
  }
  // Destroying a broken form reports its error again, when nothing awaits it any more.
  form.on('error', () => undefined);
  form.on('file', (_field, stream, { filename }) => {
    stream.on('error', () => undefined);
    const name = typeof filename === 'string' ? filename : '';
    const file = receiveBody(stream, { ...limits, memoryBytes }).then((data) => ({ name, data }));
    // A failure is awaited below, once the form ends; it ends the form here.
    file.catch((error: unknown) => form.destroy(error as Error));
    received.push(file);
  });
  const body = inflatedBody(req);
  let silence: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      // `receiveBody` detects silence only within a file.
      const listen = (): void => {
        clearTimeout(silence);
        const leftMs = Math.max(0, limits.deadline - performance.now());
        silence = setTimeout(
          () => {
            reject(leftMs < limits.idleMs ? uploadTooSlow() : uploadStalled(limits.idleMs));
          },
          Math.min(limits.idleMs, leftMs),
        );
      };
      listen();
      form.once('close', resolve);
      form.once('error', (cause) => {
        reject(cause instanceof CtError ? cause : malformed(cause));
      });
      for (const limit of ['filesLimit', 'partsLimit', 'fieldsLimit'] as const) {
        form.once(limit, () => {
          reject(new CtError('CT_BAD_REQUEST', `Expected a form of at most ${mostFiles} files`));
        });
      }
      let length = 0;
      body.on('data', (chunk: Buffer) => {
        listen();
        length += chunk.length;
        if (length > limits.maxBytes) reject(bodyTooLarge(limits.maxBytes));
      });
      req.once('close', () => {
        if (!req.complete) reject(new CtError('CT_CANCELLED', 'The client disconnected'));
      });
      if (body !== req) {
        body.once('error', (cause) => {
          reject(bodyError(cause));
        });
      }
      body.pipe(form);
    });
    return await Promise.all(received);
  } catch (error) {
    body.unpipe(form);
    form.destroy();
    for (const each of await Promise.allSettled(received)) {
      if (each.status === 'fulfilled') discardRef(each.value.data);
    }
    throw error;
  } finally {
    clearTimeout(silence);
  }
}

function malformed(cause: unknown): CtError {
  return new CtError('CT_BAD_REQUEST', 'Expected a well-formed multipart form', { cause });
}
