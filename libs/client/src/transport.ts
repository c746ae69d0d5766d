import { CtError, errorCatalogue, type ErrorCode } from '@groundglass/core/browser';
import { errorBodySchema } from './contracts.js';

/** How to reach a server. */
export interface ConnectionOptions {
  /** Such as `http://127.0.0.1:8808`. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: string | undefined;
  /** Most tries of a call that failed for a temporary reason, including the first; default 3. */
  readonly attempts?: number | undefined;
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | Blob | FormData | string;
  readonly signal?: AbortSignal | undefined;
  /** False for calls that change something: they are sent once. */
  readonly idempotent?: boolean;
}

/** Statuses that mean "not now". */
const passing = new Set([429, 502, 503]);

/** The longest wait between tries in milliseconds, whatever `Retry-After` says. */
const longestPause = 10_000;

/**
 * HTTP calls with the bearer token, retries with exponential back-off, and coded errors. Works wherever `fetch` does.
 */
export class Transport {
  readonly #base: string;
  readonly #options: ConnectionOptions;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#base = options.baseUrl.replace(/\/+$/, '');
  }

  /**
   * @returns a response with a 2xx status.
   * @throws {CtError} the server's own code and message; `CT_UNREACHABLE` without a response; `CT_CANCELLED` when the
   * signal fired.
   */
  async call(path: string, options: CallOptions = {}): Promise<Response> {
    const attempts = options.idempotent === false ? 1 : (this.#options.attempts ?? 3);
    for (let attempt = 1; ; attempt++) {
      let response: Response;
      try {
        response = await this.#fetch(path, options);
      } catch (cause) {
        if (options.signal?.aborted) throw cancelled(cause);
        if (attempt >= attempts) {
          const message = `Expected an answer from ${this.#base}, got none`;
          throw new CtError('CT_UNREACHABLE', message, { cause });
        }
        await pause(backOffMs(attempt), options.signal);
        continue;
      }
      if (response.ok) return response;
      if (attempt >= attempts || !passing.has(response.status)) throw await toError(response);
      await response.body?.cancel();
      await pause(retryAfterMs(response) ?? backOffMs(attempt), options.signal);
    }
  }

  #fetch(path: string, { method = 'GET', headers, body, signal }: CallOptions): Promise<Response> {
    const { token, fetch: ownFetch = fetch } = this.#options;
    return ownFetch(`${this.#base}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        // On one machine compressing costs more than it saves. Browsers ignore this header.
        ...(isThisMachine(this.#base) ? { 'accept-encoding': 'identity' } : {}),
        ...headers,
      },
      redirect: 'error',
      ...(body === undefined ? {} : { body: body as BodyInit }),
      ...(signal ? { signal } : {}),
    });
  }
}

const isThisMachine = (base: string): boolean =>
  /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|\/|$)/.test(base);

/** Full jitter over 100, 200, 400 … ms: clients that were refused together do not retry together. */
function backOffMs(attempt: number): number {
  return Math.random() * Math.min(longestPause, 100 * 2 ** (attempt - 1));
}

function retryAfterMs(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  return Number.isFinite(seconds) && seconds >= 0
    ? Math.min(longestPause, seconds * 1000)
    : undefined;
}

/** Waits. @throws {CtError} `CT_CANCELLED` when the signal fires. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(cancelled(signal?.reason));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

async function toError(response: Response): Promise<CtError> {
  const text = await response.text().catch(() => '');
  const parsed = errorBodySchema.safeParse(parseJson(text));
  const message = parsed.success ? parsed.data.error : `The server answered ${response.status}`;
  const code = parsed.success ? parsed.data.code : undefined;
  return new CtError(toErrorCode(code) ?? codeOfStatus(response.status), message);
}

/** The catalogue's code, if the text is one. */
export function toErrorCode(text: string | undefined): ErrorCode | undefined {
  return text !== undefined && Object.hasOwn(errorCatalogue, text)
    ? (text as ErrorCode)
    : undefined;
}

/** For servers that send no code: Open Inference Protocol, proxies. */
function codeOfStatus(status: number): ErrorCode {
  const codes: Readonly<Record<number, ErrorCode>> = {
    401: 'CT_UNAUTHORIZED',
    403: 'CT_FORBIDDEN',
    404: 'CT_NOT_FOUND',
    408: 'CT_UPLOAD_STALLED',
    413: 'CT_TOO_LARGE',
    429: 'CT_OVERLOADED',
    502: 'CT_UNREACHABLE',
    503: 'CT_OVERLOADED',
    504: 'CT_TIMEOUT',
  };
  return codes[status] ?? (status < 500 ? 'CT_BAD_REQUEST' : 'CT_INTERNAL');
}

/** The contents of a body, or undefined if it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function cancelled(cause: unknown): CtError {
  return new CtError('CT_CANCELLED', 'The call was cancelled', { cause });
}
