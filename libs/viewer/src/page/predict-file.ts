import {
  CtError,
  errorCatalogue,
  predictionSchema,
  slicePredictionSchema,
  type ErrorCode,
  type Prediction,
  type SlicePrediction,
} from '@groundglass/core/browser';

/** How far the server is. */
export interface PredictionProgress {
  readonly done: number;
  readonly total: number;
  readonly slices: readonly SlicePrediction[];
}

/**
 * Asks the page's own server to score a file, or the files of a series, slice by slice.
 *
 * @throws {CtError} the server's code and sentence, `CT_UNREACHABLE` when it does not answer, `CT_INTERNAL` for an answer that
 * no Groundglass server gives.
 */
export async function predictFile(
  files: readonly File[],
  options: {
    readonly signal: AbortSignal;
    /** The slice to score first. */
    readonly startAt: number;
    /** With the bearer token, where there is one. */
    readonly headers: Record<string, string>;
    readonly onProgress: (progress: PredictionProgress) => void;
  },
): Promise<Prediction> {
  const headers: Record<string, string> = { ...options.headers, accept: 'application/x-ndjson' };
  let body: File | FormData = files[0]!;
  if (files.length === 1) {
    headers['content-type'] = 'application/octet-stream';
  } else {
    // A form brings its own Content-Type.
    body = new FormData();
    for (const file of files) body.append('file', file, file.name);
  }
  const response = await askUntilAccepted(`v1/predictions?startAt=${options.startAt}`, {
    method: 'POST',
    headers,
    body,
    signal: options.signal,
  });
  if (!response.ok) throw toError(await response.json().catch(() => undefined), response.status);
  const slices: SlicePrediction[] = [];
  for await (const line of linesOf(response)) {
    const event = parseLine(line);
    if (event.event === 'slice') {
      slices.push(slicePredictionSchema.parse(event.slice));
      options.onProgress({
        done: Number(event.done),
        total: Number(event.total),
        slices: [...slices],
      });
    } else if (event.event === 'prediction') {
      const prediction = predictionSchema.parse(event.prediction);
      // The last line leaves out the masks that came with the slices.
      const masked = new Map(slices.map((slice) => [slice.index, slice]));
      return {
        ...prediction,
        slices: prediction.slices.map((slice) => masked.get(slice.index) ?? slice),
      };
    } else if (event.event === 'failed') throw toError(event, response.status);
  }
  throw new CtError('CT_UNREACHABLE', 'The server broke off its answer');
}

/** Tries while the server is busy or loads its models: a quarter of a minute. */
const attempts = 8;

/** Sends the request, and again when the server says when to come again: a page is often open before the models are. */
async function askUntilAccepted(
  url: string,
  init: RequestInit & { signal: AbortSignal },
): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url, init).catch((cause: unknown) => {
      if (init.signal.aborted) throw cancelled(cause);
      throw new CtError('CT_UNREACHABLE', 'Expected an answer from the server, got none', {
        cause,
      });
    });
    if (response.status !== 503 || attempt >= attempts) return response;
    const seconds = Number(response.headers.get('retry-after') ?? 1);
    await response.body?.cancel();
    const asked = Math.max(seconds || 0, 0.1 * 2 ** (attempt - 1));
    await pause(Math.min(10, asked) * 1000, init.signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(cancelled(signal.reason));
    });
  });
}

function cancelled(cause: unknown): CtError {
  return new CtError('CT_CANCELLED', 'The prediction was cancelled', { cause });
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    const lines = (rest + (value ?? '')).split('\n');
    rest = done ? '' : lines.pop()!;
    yield* lines.filter((line) => line.trim() !== '');
    if (done) return;
  }
}

function parseLine(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Answered below, as any other line that is not an event.
  }
  throw new CtError('CT_INTERNAL', 'Expected an event of the server, got something else');
}

function toError(body: unknown, status: number): CtError {
  const { error, code } = (body ?? {}) as { error?: unknown; code?: unknown };
  const known = typeof code === 'string' && Object.hasOwn(errorCatalogue, code);
  return new CtError(
    known ? (code as ErrorCode) : 'CT_INTERNAL',
    typeof error === 'string' ? error : `Expected a prediction, the server answered ${status}`,
  );
}
