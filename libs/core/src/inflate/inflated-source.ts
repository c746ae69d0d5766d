import { assertRange, type ByteSource } from '../byte-source.js';
import { CtError } from '../errors.js';
import type { Limits } from '../limits.js';

/** The two containers of deflated data: gzip (RFC 1952) in `.nii.gz`, zlib (RFC 1950) in `.zraw`. */
export type DeflateContainer = 'gzip' | 'zlib';

/**
 * Inflates a stream of pieces, handing out what it has before it asks for more. Node and browsers bring their own.
 *
 * @throws when the data is damaged or ends early.
 */
export type Inflate = (
  compressed: AsyncIterable<Uint8Array>,
  container: DeflateContainer,
) => AsyncIterable<Uint8Array>;

/** Compressed bytes that are read at once: enough for a first slice, little enough that it comes in milliseconds. */
const readAtOnce = 128 * 1024;
/** Inflated bytes that are kept, so that going back does not inflate from the start. */
const keptBytes = 512 * 1024 * 1024;

/**
 * A source over deflated data, as if it were not deflated. Reading at an offset inflates up to there and keeps what it saw, up
 * to 512 MiB; going back past what is kept starts again.
 *
 * @param start offset of the container in `source`.
 * @param size inflated bytes that may be read; what follows is never inflated.
 * @throws {CtError} `CT_TOO_LARGE` past the limits, and from `read` also `CT_TRUNCATED` and `CT_CORRUPT`.
 */
export function inflatedSource(
  source: ByteSource,
  { start, size, container, inflate, limits }: InflatedOptions,
): ByteSource {
  if (size > limits.inflatedBytes) {
    throw new CtError(
      'CT_TOO_LARGE',
      `Expected at most ${limits.inflatedBytes} inflated bytes, the header declares ${size}`,
    );
  }
  let run = startRun();
  // Reads of one source wait for each other: they share the position in the stream.
  let turn: Promise<unknown> = Promise.resolve();

  return {
    size,
    read(offset, length) {
      const result = turn.then(() => readRange(offset, length));
      turn = result.catch(() => undefined);
      return result;
    },
  };

  function startRun() {
    return { pieces: [] as Piece[], kept: 0, end: 0, iterator: inflated()[Symbol.asyncIterator]() };
  }

  async function* inflated(): AsyncIterable<Uint8Array> {
    let compressed = 0;
    let produced = 0;
    async function* pieces(): AsyncIterable<Uint8Array> {
      for (let at = start; at < source.size; at += readAtOnce) {
        const piece = await source.read(at, Math.min(readAtOnce, source.size - at));
        compressed += piece.length;
        yield piece;
      }
    }
    for await (const piece of inflate(pieces(), container)) {
      produced += piece.length;
      if (produced > limits.inflationRatio * Math.max(compressed, 1024)) {
        throw new CtError(
          'CT_TOO_LARGE',
          `Expected at most ${limits.inflationRatio} inflated bytes for each compressed one`,
        );
      }
      yield piece;
    }
  }

  async function readRange(offset: number, length: number): Promise<Uint8Array> {
    assertRange(offset, length, size);
    const first = run.pieces[0];
    if (first && offset < first.start) run = startRun();
    const result = new Uint8Array(length);
    // What is kept already, newest last.
    for (const piece of run.pieces) copyOverlap(piece, result, offset);
    while (run.end < offset + length) {
      const piece = await nextPiece(offset + length);
      copyOverlap(piece, result, offset);
    }
    return result;
  }

  async function nextPiece(wanted: number): Promise<Piece> {
    let next: IteratorResult<Uint8Array>;
    try {
      next = await run.iterator.next();
    } catch (error) {
      run = startRun();
      throw inflateError(error);
    }
    if (next.done === true) {
      const end = run.end;
      run = startRun();
      throw new CtError(
        'CT_TRUNCATED',
        `Expected ${wanted} inflated bytes, the data ends after ${end}`,
      );
    }
    const piece = { start: run.end, bytes: next.value };
    run.pieces.push(piece);
    run.end += next.value.length;
    run.kept += next.value.length;
    while (run.kept > keptBytes && run.pieces.length > 1)
      run.kept -= run.pieces.shift()!.bytes.length;
    return piece;
  }
}

/** See {@link inflatedSource}. */
export interface InflatedOptions {
  readonly start: number;
  readonly size: number;
  readonly container: DeflateContainer;
  readonly inflate: Inflate;
  readonly limits: Limits;
}

interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array;
}

function copyOverlap(piece: Piece, target: Uint8Array, offset: number): void {
  const from = Math.max(piece.start, offset);
  const to = Math.min(piece.start + piece.bytes.length, offset + target.length);
  if (from >= to) return;
  target.set(piece.bytes.subarray(from - piece.start, to - piece.start), from - offset);
}

function inflateError(error: unknown): CtError {
  if (error instanceof CtError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return /unexpected end|incomplete|terminated/i.test(reason)
    ? new CtError('CT_TRUNCATED', 'Expected whole deflated data, it ends early', { cause: error })
    : new CtError('CT_CORRUPT', `Expected valid deflated data: ${reason}`, { cause: error });
}
