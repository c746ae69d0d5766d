import {
  CtError,
  predictionSchema,
  resultRowSchema,
  resultsHeaderSchema,
  type Prediction,
  type ResultRow,
  type ResultsHeader,
  type SlicePrediction,
  type Window,
} from '@groundglass/core/browser';
import type { z } from 'zod';
import {
  jobListSchema,
  jobSchema,
  modelListSchema,
  predictionEventSchema,
  type Job,
  type ModelSummary,
  type PredictionEvent,
} from './contracts.js';
import { readEvents } from './read-events.js';
import { readLines } from './read-lines.js';
import {
  Transport,
  cancelled,
  parseJson,
  pause,
  toErrorCode,
  type ConnectionOptions,
} from './transport.js';

/** What to predict, and how. */
export interface PredictOptions {
  /** By default the server's first model. */
  readonly model?: string | undefined;
  /** By default the newest. */
  readonly version?: string | undefined;
  /** Slices of a volume; by default all. Indices count from 0; ranges are inclusive. */
  readonly slices?: 'all' | 'middle' | number | { readonly from: number; readonly to: number };
  /** Which volume of a file or an upload with several (time points, phases, series), from 0; default 0. */
  readonly volume?: number | undefined;
  /** The slice to score first, then those after it, then those before; by default the first. */
  readonly startAt?: number | undefined;
  /** Whether the slices include their masks; default true. */
  readonly mask?: boolean;
  /** What part of the slice the model sees; by default the one that it was trained on. */
  readonly crop?: 'none' | 'chest' | undefined;
  /** Decision threshold, overriding the model's. */
  readonly threshold?: number | undefined;
  /** The server's time limit for this call; it also has its own. */
  readonly timeoutMs?: number | undefined;
  /** `background` lets other requests go first. */
  readonly priority?: 'interactive' | 'background';
  /** Cancels the call, and on the server whatever has not started. */
  readonly signal?: AbortSignal | undefined;
}

export interface StreamOptions extends PredictOptions {
  /** Called for each line as it arrives: the number of slices, each slice, the end. */
  readonly onEvent?: (event: PredictionEvent) => void;
}

export interface OverlayOptions extends Omit<PredictOptions, 'slices' | 'startAt' | 'mask'> {
  /** The slice to draw; by default the middle one. */
  readonly slice?: number | undefined;
  /** The window from HU to grey; by default the lung window. */
  readonly window?: Pick<Window, 'center' | 'width'> | undefined;
  /** Share of the colour where the mask is 1, from 0 to 1. */
  readonly opacity?: number | undefined;
  /** Lesion probability from which a pixel is coloured. */
  readonly maskThreshold?: number | undefined;
}

/** Options for scoring a job's files: its results contain no masks or single slices. */
export type JobOptions = Omit<
  PredictOptions,
  'slices' | 'startAt' | 'mask' | 'timeoutMs' | 'priority'
>;

/** A job's results so far. */
export interface JobResults {
  /** Which model scores, and when it began; undefined before the first file. */
  readonly header: ResultsHeader | undefined;
  readonly rows: readonly ResultRow[];
}

/** A CT file: its bytes, in any form that `fetch` accepts. */
export type CtFile = Uint8Array | Blob;

/** One file, or several that belong together: a header and its pixels, the files of a DICOM series. The main file is first. */
export type CtUpload = CtFile | readonly { readonly name: string; readonly data: CtFile }[];

/** Delay before reopening a broken stream of events, in milliseconds. */
const reopenMs = 500;

/**
 * The client of a Groundglass server's `/v1`. Retries calls when the server is busy, except those that would do
 * something twice.
 */
export class GroundglassClient {
  readonly #transport: Transport;

  constructor(options: ConnectionOptions) {
    this.#transport = new Transport(options);
  }

  /** Whether the server is up and its models are loaded. Never throws if the server is unreachable. */
  async isReady(signal?: AbortSignal): Promise<boolean> {
    try {
      await this.#transport.call('/v2/health/ready', { signal, idempotent: false });
      return true;
    } catch (error) {
      if (signal?.aborted) throw error;
      return false;
    }
  }

  /** The server's models. @throws {CtError} */
  async models(signal?: AbortSignal): Promise<ModelSummary[]> {
    const response = await this.#transport.call('/v1/models', { signal });
    return (await readBody(response, modelListSchema)).models;
  }

  /**
   * Scores one CT file (PNG, JPEG, DICOM, NIfTI, MetaImage).
   *
   * @throws {CtError} the server's code, `CT_UNREACHABLE`, `CT_CANCELLED`.
   */
  async predict(file: CtUpload, options: PredictOptions = {}): Promise<Prediction> {
    const response = await this.#post(file, 'application/json', toQuery(options), options.signal);
    return readBody(response, predictionSchema);
  }

  /**
   * Scores one CT file and reports every slice as soon as it is ready; for volumes, which take a while.
   *
   * @returns the prediction with the masks of all slices.
   * @throws {CtError} as `predict` does.
   */
  async predictStream(file: CtUpload, options: StreamOptions = {}): Promise<Prediction> {
    const { onEvent, signal } = options;
    const response = await this.#post(file, 'application/x-ndjson', toQuery(options), signal);
    const slices = new Map<number, SlicePrediction>();
    try {
      for await (const line of readLines(response)) {
        const event = parse(predictionEventSchema, parseJson(line));
        onEvent?.(event);
        switch (event.event) {
          case 'started':
          case 'skipped':
            break;
          case 'slice':
            slices.set(event.slice.index, event.slice);
            break;
          case 'prediction': {
            const { prediction } = event;
            const withMasks = prediction.slices.map((slice) => slices.get(slice.index) ?? slice);
            return { ...prediction, slices: withMasks };
          }
          case 'failed':
            throw new CtError(toErrorCode(event.code) ?? 'CT_INTERNAL', event.error);
          default:
            event satisfies never;
        }
      }
    } catch (error) {
      if (signal?.aborted) throw cancelled(error);
      if (error instanceof CtError || !(error instanceof TypeError)) throw error;
      throw new CtError('CT_UNREACHABLE', 'The connection closed before the answer was complete', {
        cause: error,
      });
    }
    throw new CtError('CT_UNREACHABLE', 'The connection closed before the answer was complete');
  }

  /** One slice with its lesions coloured, as PNG. @throws {CtError} as `predict` does. */
  async overlay(file: CtUpload, options: OverlayOptions = {}): Promise<Uint8Array> {
    const { slice, window, opacity, maskThreshold } = options;
    const query = toQuery({ ...options, slices: slice ?? 'middle' });
    if (window) query.set('window', `${window.center},${window.width}`);
    if (opacity !== undefined) query.set('opacity', String(opacity));
    if (maskThreshold !== undefined) query.set('maskThreshold', String(maskThreshold));
    return readBytes(await this.#post(file, 'image/png', query, options.signal));
  }

  /** The lesions of a DICOM file as a DICOM segmentation object. @throws {CtError} as `predict` does. */
  async segmentation(
    file: CtUpload,
    options: PredictOptions & { readonly maskThreshold?: number | undefined } = {},
  ): Promise<Uint8Array> {
    const query = toQuery(options);
    if (options.maskThreshold !== undefined) {
      query.set('maskThreshold', String(options.maskThreshold));
    }
    return readBytes(await this.#post(file, 'application/dicom', query, options.signal));
  }

  /**
   * Starts scoring a study in the background: files, or a folder inside one that the server was started with (`--data`). Sent once,
   * since a second call would start a second job.
   *
   * @throws {CtError} `CT_BAD_REQUEST` without CT files, `CT_FORBIDDEN` for other folders, and as `predict` does.
   */
  async startJob(
    study: CtUpload | { readonly folder: string },
    { signal, ...options }: JobOptions = {},
  ): Promise<Job> {
    const isFolder = 'folder' in study;
    const response = await this.#transport.call(`/v1/jobs?${toQuery(options).toString()}`, {
      method: 'POST',
      ...(isFolder
        ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(study) }
        : { body: toBody(study) }),
      idempotent: false,
      signal,
    });
    return readBody(response, jobSchema);
  }

  /** All jobs, the newest first. @throws {CtError} */
  async jobs(signal?: AbortSignal): Promise<Job[]> {
    return (await readBody(await this.#transport.call('/v1/jobs', { signal }), jobListSchema)).jobs;
  }

  /** The state of a job. @throws {CtError} `CT_NOT_FOUND`. */
  async job(id: string, signal?: AbortSignal): Promise<Job> {
    return readBody(await this.#transport.call(jobPath(id), { signal }), jobSchema);
  }

  /**
   * Follows a job to its end, across restarts of the server: reopens a broken stream. The signal ends the watching, not the
   * job.
   *
   * @returns the job in its final state: done, cancelled or failed.
   * @throws {CtError} `CT_NOT_FOUND`, `CT_CANCELLED`, `CT_UNREACHABLE` if the server stays unreachable.
   */
  async watchJob(
    id: string,
    { onProgress, signal }: { onProgress?: (job: Job) => void; signal?: AbortSignal } = {},
  ): Promise<Job> {
    for (;;) {
      const response = await this.#transport.call(`${jobPath(id)}/events`, { signal });
      try {
        for await (const { name, data } of readEvents(response)) {
          const job = parse(jobSchema, parseJson(data));
          if (name === 'end') return job;
          onProgress?.(job);
        }
      } catch (error) {
        if (signal?.aborted) throw cancelled(error);
        // `fetch` reports a broken connection as a TypeError.
        if (!(error instanceof TypeError)) throw error;
      }
      await pause(reopenMs, signal);
    }
  }

  /** The rows so far, as in the results file. @throws {CtError} `CT_NOT_FOUND`. */
  async jobResults(id: string, signal?: AbortSignal): Promise<JobResults> {
    const response = await this.#transport.call(`${jobPath(id)}/results`, {
      headers: { accept: 'application/x-ndjson' },
      signal,
    });
    const rows: ResultRow[] = [];
    let header: ResultsHeader | undefined;
    for await (const line of readLines(response)) {
      if (header) rows.push(parse(resultRowSchema, parseJson(line)));
      else header = parse(resultsHeaderSchema, parseJson(line));
    }
    return { header, rows };
  }

  /** The rows so far as CSV. @throws {CtError} `CT_NOT_FOUND`. */
  async jobResultsCsv(id: string, signal?: AbortSignal): Promise<string> {
    const headers = { accept: 'text/csv' };
    return (await this.#transport.call(`${jobPath(id)}/results`, { headers, signal })).text();
  }

  /** Cancels a job and keeps its rows; one that has ended stays as it is. @throws {CtError} `CT_NOT_FOUND`. */
  async cancelJob(id: string, signal?: AbortSignal): Promise<Job> {
    const path = `${jobPath(id)}/cancel`;
    return readBody(await this.#transport.call(path, { method: 'POST', signal }), jobSchema);
  }

  /** Cancels a job and removes it, with its results. @throws {CtError} `CT_NOT_FOUND`. */
  async removeJob(id: string, signal?: AbortSignal): Promise<void> {
    await this.cancelJob(id, signal);
    await this.#transport.call(jobPath(id), { method: 'DELETE', idempotent: false, signal });
  }

  #post(
    file: CtUpload,
    accept: string,
    query: URLSearchParams,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    return this.#transport.call(`/v1/predictions?${query.toString()}`, {
      method: 'POST',
      headers: { accept },
      body: toBody(file),
      signal,
    });
  }
}

const jobPath = (id: string): string => `/v1/jobs/${encodeURIComponent(id)}`;

/** A form sets its own Content-Type; raw bytes are sent without one. */
function toBody(file: CtUpload): Blob | FormData {
  const blob = (data: CtFile): Blob =>
    data instanceof Uint8Array ? new Blob([data as BlobPart]) : data;
  if (file instanceof Uint8Array || file instanceof Blob) return blob(file);
  const form = new FormData();
  for (const { name, data } of file) form.append('file', blob(data), name);
  return form;
}

function toQuery(options: PredictOptions): URLSearchParams {
  const { model, version, slices, volume, startAt, mask, crop, threshold, timeoutMs, priority } =
    options;
  const entries = {
    model,
    version,
    slices: typeof slices === 'object' ? `${slices.from}-${slices.to}` : slices,
    volume,
    startAt,
    mask: mask === undefined ? undefined : mask ? 1 : 0,
    crop,
    threshold,
    timeout: timeoutMs,
    priority,
  };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(entries)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query;
}

async function readBody<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
  return parse(schema, parseJson(await response.text()));
}

async function readBytes(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CtError(
    'CT_INTERNAL',
    `Expected an answer from a Groundglass server, got an unexpected value at "${issue?.path.join('.') ?? ''}"`,
    { cause: parsed.error },
  );
}
