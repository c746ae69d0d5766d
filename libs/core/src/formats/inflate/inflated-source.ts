import { assertRange, type ByteSource } from '../byte-source.js';
import { CtError } from '../../errors.js';
import type { Limits } from '../limits.js';
import { endsEarly } from './tolerant-inflate.js';

/** The two containers of deflated data: gzip (RFC 1952) in `.nii.gz`, zlib (RFC 1950) in `.zraw`. */
export type DeflateContainer = 'gzip' | 'zlib';

/**
 * Inflates a stream of pieces, yielding each before it asks for more input. Node and browsers have their own implementations.
 *
 * @param open starts the compressed stream from its beginning; called again if bytes follow the compressed data.
 * @param onTrailingBytes called at the end if other bytes follow gzipped data; they are ignored.
 * @throws when the data is damaged or ends early.
 */
export type Inflate = (
  open: () => AsyncIterable<Uint8Array>,
  container: DeflateContainer,
  onTrailingBytes?: () => void,
) => AsyncIterable<Uint8Array>;

/** Compressed bytes read at once: enough for a first slice, few enough that it takes milliseconds. */
const readAtOnce = 128 * 1024;

/**
 * A source over deflated data, as if it were not deflated. Reading at an offset inflates up to there and keeps the bytes on the way;
 * going back past what is kept starts again. All sources of a process share `limits.keptInflatedBytes`, and the least recently
 * read bytes are dropped first: many open volumes cost no more memory than one.
 *
 * @throws {CtError} `CT_TOO_LARGE` past the limits, and from `read` also `CT_TRUNCATED` and `CT_CORRUPT`.
 */
export function inflatedSource(source: ByteSource, options: InflatedOptions): ByteSource {
  const { size, limits } = options;
  if (size > limits.inflatedBytes) {
    throw new CtError(
      'CT_TOO_LARGE',
      `Expected at most ${limits.inflatedBytes} inflated bytes, the header declares ${size}`,
    );
  }
  let run = startRun();
  // Reads of one source wait for each other: they share the stream's position.
  let turn: Promise<unknown> = Promise.resolve();

  return {
    size,
    read(offset, length) {
      const result = turn.then(() => readRange(offset, length));
      turn = result.catch(() => undefined);
      return result;
    },
  };

  function startRun(): Run {
    return listed({
      pieces: [],
      kept: 0,
      end: 0,
      lastRead: 0,
      iterator: inflatedPieces(source, options)[Symbol.asyncIterator](),
    });
  }

  async function readRange(offset: number, length: number): Promise<Uint8Array> {
    assertRange(offset, length, size);
    const first = run.pieces[0];
    // If other sources took the memory nothing is kept, and the bytes before the end have to be inflated again.
    if (offset < (first?.start ?? run.end)) {
      forget(run);
      run = startRun();
    }
    run.lastRead = ++reads;
    const result = new Uint8Array(length);
    // Pieces already kept, newest last.
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
      throw error;
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
    makeRoom(limits.keptInflatedBytes);
    return piece;
  }
}

/** Where compressed data is, and how to inflate it. */
export interface CompressedData {
  /** Offset of the container in the source. */
  readonly start: number;
  readonly container: DeflateContainer;
  readonly inflate: Inflate;
  readonly limits: Limits;
}

/** See {@link inflatedSource}. */
export interface InflatedOptions extends CompressedData {
  /** Inflated bytes that may be read; anything after them is never inflated. */
  readonly size: number;
}

/**
 * The inflated pieces of compressed data, one after the other.
 *
 * @throws {CtError} `CT_TOO_LARGE` past `limits.inflationRatio`, `CT_TRUNCATED`, `CT_CORRUPT`, and what reading throws.
 */
export async function* inflatedPieces(
  source: ByteSource,
  { start, container, inflate, limits }: CompressedData,
  onTrailingBytes?: () => void,
): AsyncIterable<Uint8Array> {
  let compressed = 0;
  let produced = 0;
  async function* open(): AsyncIterable<Uint8Array> {
    for (let at = start; at < source.size; at += readAtOnce) {
      const piece = await source.read(at, Math.min(readAtOnce, source.size - at));
      compressed += piece.length;
      yield piece;
    }
  }
  try {
    for await (const piece of inflate(open, container, onTrailingBytes)) {
      produced += piece.length;
      if (produced > limits.inflationRatio * Math.max(compressed, 1024)) {
        throw new CtError(
          'CT_TOO_LARGE',
          `Expected at most ${limits.inflationRatio} inflated bytes for each compressed one`,
        );
      }
      yield piece;
    }
  } catch (error) {
    throw inflateError(error);
  }
}

interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** One pass through the data from its start, with the last pieces that it gave. */
interface Run {
  readonly pieces: Piece[];
  /** Bytes of the pieces. */
  kept: number;
  /** Bytes inflated so far. */
  end: number;
  /** Number of the last read, over all runs. */
  lastRead: number;
  readonly iterator: AsyncIterator<Uint8Array>;
}

/** The runs of all sources that still exist; weak, since sources are never closed. */
const runs = new Set<WeakRef<Run>>();
let reads = 0;

function listed(run: Run): Run {
  runs.add(new WeakRef(run));
  return run;
}

/** Frees a run's memory at once, not at garbage collection. */
function forget(run: Run): void {
  run.pieces.length = 0;
  run.kept = 0;
}

/** Drops pieces until all runs together are within the limit: the least recently read run first, its oldest pieces first. */
function makeRoom(most: number): void {
  const alive: Run[] = [];
  for (const ref of runs) {
    const run = ref.deref();
    if (run) alive.push(run);
    else runs.delete(ref);
  }
  alive.sort((a, b) => a.lastRead - b.lastRead);
  const newest = alive.at(-1);
  let total = alive.reduce((sum, { kept }) => sum + kept, 0);
  for (const run of alive) {
    // The newest one keeps the piece that is being read.
    const least = run === newest ? 1 : 0;
    while (total > most && run.pieces.length > least) {
      const { length } = run.pieces.shift()!.bytes;
      run.kept -= length;
      total -= length;
    }
  }
}

function copyOverlap(piece: Piece, target: Uint8Array, offset: number): void {
  const from = Math.max(piece.start, offset);
  const to = Math.min(piece.start + piece.bytes.length, offset + target.length);
  if (from >= to) return;
  target.set(piece.bytes.subarray(from - piece.start, to - piece.start), from - offset);
}

function inflateError(error: unknown): CtError {
  if (error instanceof CtError) return error;
  return endsEarly(error)
    ? new CtError('CT_TRUNCATED', 'Expected whole deflated data, it ends early', { cause: error })
    : new CtError('CT_CORRUPT', 'Expected valid deflated data, it is damaged', { cause: error });
}
