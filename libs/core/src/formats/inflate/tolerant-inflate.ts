import { Inflate as RawInflate } from 'fflate';
import { CtError } from '../../errors.js';
import type { DeflateContainer, Inflate } from './inflated-source.js';

/** A platform's own inflater: fast, and strict about what follows the compressed data. */
export type StrictInflate = (
  compressed: AsyncIterable<Uint8Array>,
  container: DeflateContainer,
) => AsyncIterable<Uint8Array>;

/**
 * Makes an inflater that ignores bytes after the end of gzipped data, as gzip does. Node and browsers fail at such bytes and lose
 * the last pieces; the rest is then inflated again with fflate, from the start.
 */
export function tolerantInflate(strict: StrictInflate): Inflate {
  return async function* (open, container, onTrailingBytes) {
    let produced = 0;
    let failure: unknown;
    try {
      for await (const piece of strict(open(), container)) {
        produced += piece.length;
        yield piece;
      }
      return;
    } catch (error) {
      if (container !== 'gzip' || error instanceof CtError || endsEarly(error)) throw error;
      failure = error;
    }
    let left = produced;
    const member = firstMember(open());
    for (;;) {
      const next = await member.next().catch((error: unknown) => {
        // The data itself is damaged: the platform's error says more.
        throw error instanceof CtError ? error : failure;
      });
      if (next.done === true) break;
      const piece = next.value.subarray(Math.min(left, next.value.length));
      left = Math.max(0, left - next.value.length);
      if (piece.length > 0) yield piece;
    }
    onTrailingBytes?.();
  };
}

/** Whether an inflater's error says that its input ends too early; platforms word it differently. */
export function endsEarly(error: unknown): boolean {
  const reason = error instanceof Error ? error.message : String(error);
  return /unexpected end|incomplete|terminated/i.test(reason);
}

async function* firstMember(compressed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const inflate = new RawInflate((piece) => {
    if (piece.length > 0) pieces.push(piece);
  });
  let isFirst = true;
  for await (const piece of compressed) {
    inflate.push(isFirst ? piece.subarray(headerLength(piece)) : piece, false);
    isFirst = false;
    yield* pieces.splice(0);
  }
  inflate.push(new Uint8Array(0), true);
  yield* pieces.splice(0);
}

/** Bytes of a gzip header (RFC 1952 section 2.3): ten, plus the fields that its flags announce. */
function headerLength(bytes: Uint8Array): number {
  const flags = bytes[3] ?? 0;
  let at = 10;
  if ((flags & 4) !== 0) at += 2 + ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8));
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return bytes.length;
    at = end + 1;
  }
  return (flags & 2) !== 0 ? at + 2 : at;
}
