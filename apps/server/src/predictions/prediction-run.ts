import { randomUUID } from 'node:crypto';
import {
  CtError,
  mergeWarnings,
  scoreVolume,
  startingAt,
  type Prediction,
  type SliceScore,
  type Warning,
} from '@groundglass/core';
import type { PredictionEvent } from '@groundglass/client';
import type { CodecCall } from '../imaging-worker/codec-pool.js';
import type { PreparedSlice, UploadedFile, VolumeInfo } from '../imaging-worker/codec-calls.js';
import { discardRef } from '../tensors/byte-ref.js';
import { OverloadedError } from '../errors/overloaded-error.js';
import type { InferenceAnswer, Scheduler } from '../inference/scheduler.js';
import type { ByteRef, Tensor } from '../tensors/tensor.js';
import type { CtModel } from './ct-model.js';
import { selectSlices, type PredictQuery } from './predict-query.js';

/** What a run needs from the server. */
export interface RunOptions {
  readonly scheduler: Scheduler;
  /** Longest time that one slice may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Slices that one request may ask for. */
  readonly maxSlices: number;
  /** Slices of one volume processed at a time. */
  readonly slicesAtATime: number;
  readonly spoolDir: string;
}

/** What a caller requests in addition to scores. */
export type Product = 'prediction' | 'overlay' | 'segmentation';

export interface PredictRequest {
  readonly file: UploadedFile;
  readonly query: PredictQuery;
  readonly product: Product;
  readonly signal: AbortSignal;
  /** Called at the start and for every slice. */
  readonly onEvent?: (event: PredictionEvent) => void;
}

export interface PredictAnswer {
  readonly prediction: Prediction;
  /** The overlay or the segmentation; the caller removes it. */
  readonly bytes: ByteRef | undefined;
}

const interactive = 1;
const background = 2;

/** The state of one prediction. Restarted when its codec process dies; finished slices are kept. */
export class PredictionRun {
  readonly #id = randomUUID();
  readonly #started = performance.now();
  readonly #results = new Map<number, SliceScore>();
  /** By slice: why a file of a series could not be decoded. */
  readonly #unreadable = new Map<number, CtError>();
  /** The only slice, prepared when the file was opened, until it is used. */
  #lone: PreparedSlice | undefined;
  readonly #times = { decode: 0, queue: 0, infer: 0 };
  #window: Prediction['preprocessing']['window'] = null;
  #huLost = false;
  #crop: 'none' | 'chest' = 'none';
  #announced = false;
  #bytes: ByteRef | undefined;
  readonly #options: RunOptions;
  readonly #model: CtModel;
  readonly #request: PredictRequest;

  constructor(options: RunOptions, model: CtModel, request: PredictRequest) {
    this.#options = options;
    this.#model = model;
    this.#request = request;
  }

  async start(call: CodecCall): Promise<PredictAnswer> {
    const session = randomUUID();
    const { file, product } = this.#request;
    // Masks for the segmentation are kept in the process that died.
    if (product === 'segmentation') this.#results.clear();
    const { info, decodeMs, prepared } = await call('open', {
      session,
      file,
      volume: this.#request.query.volume,
      lone: { crop: this.#wantedCrop, spoolDir: this.#options.spoolDir },
    });
    this.#lone = prepared;
    try {
      this.#times.decode += decodeMs;
      const indices = this.#choose(info);
      this.#announce(info, indices);
      await this.#runAll(call, session, info, indices);
      if (product === 'segmentation') {
        this.#bytes = await call('segment', {
          session,
          model: this.#model.served,
          maskThreshold: this.#request.query.maskThreshold,
          spoolDir: this.#options.spoolDir,
        });
      }
      return { prediction: this.#sumUp(info, indices), bytes: this.#bytes };
    } finally {
      if (this.#lone) discardRef(this.#lone.data);
      // The answer does not wait for it. A process that died has closed it already.
      call('close', { session }).catch(() => undefined);
    }
  }

  get #wantedCrop(): 'none' | 'chest' {
    return this.#request.query.crop ?? this.#model.rule.crop;
  }

  #choose({ sliceCount }: VolumeInfo): number[] {
    const { query, product } = this.#request;
    const { maxSlices } = this.#options;
    const selection = query.slices ?? (product === 'overlay' ? 'middle' : 'all');
    const indices = selectSlices(selection, sliceCount, maxSlices);
    if (indices === 'too many') {
      throw new CtError(
        'CT_TOO_LARGE',
        `Expected at most ${maxSlices} slices in one request, "${selection}" selects more of this file's ${sliceCount}: request a range with slices`,
      );
    }
    if (!indices) {
      throw new CtError(
        'CT_SLICE_RANGE',
        `Expected slices from 0 to ${sliceCount - 1}, got ${selection}`,
      );
    }
    if (query.startAt >= sliceCount) {
      throw new CtError(
        'CT_SLICE_RANGE',
        `Expected slices from 0 to ${sliceCount - 1}, got startAt ${query.startAt}`,
      );
    }
    if (product === 'overlay' && indices.length > 1) {
      throw new CtError(
        'CT_BAD_REQUEST',
        `Expected one slice for an overlay, got ${indices.length}`,
      );
    }
    return indices;
  }

  #announce(info: VolumeInfo, slices: number[]): void {
    if (this.#announced) return;
    this.#announced = true;
    const { format, columns, rows, sliceCount } = info;
    this.#request.onEvent?.({
      event: 'started',
      id: this.#id,
      volume: { format, columns, rows, sliceCount },
      slices,
      warnings: this.#warnings(info),
    });
  }

  /** A few slices at a time: enough to keep the processes busy, few enough to let others in between. */
  async #runAll(
    call: CodecCall,
    session: string,
    info: VolumeInfo,
    indices: readonly number[],
  ): Promise<void> {
    const left = startingAt(indices, this.#request.query.startAt).filter(
      (index) => !this.#results.has(index) && !this.#unreadable.has(index),
    );
    const total = indices.length;
    let failed = false;
    const lane = async (): Promise<void> => {
      for (let index = left.shift(); index !== undefined && !failed; index = left.shift()) {
        try {
          const result = await this.#runSlice(call, session, index, info, total > 1);
          this.#results.set(index, result);
          const { slice } = result;
          this.#request.onEvent?.({ event: 'slice', slice, done: this.#done, total });
        } catch (error) {
          if (isDamaged(error) && info.files && total > 1) {
            this.#unreadable.set(index, error);
            const warning = unreadableWarning(error, info.files[index]);
            this.#request.onEvent?.({ event: 'skipped', index, warning, done: this.#done, total });
            continue;
          }
          failed = true;
          throw error;
        }
      }
    };
    const lanes = Array.from({ length: this.#options.slicesAtATime }, lane);
    const failure = (await Promise.allSettled(lanes)).find((each) => each.status === 'rejected');
    if (failure) throw failure.reason;
    const [unreadable] = this.#unreadable.values();
    if (unreadable && this.#results.size === 0) throw unreadable;
  }

  /** Slices that need no more work. */
  get #done(): number {
    return this.#results.size + this.#unreadable.size;
  }

  async #runSlice(
    call: CodecCall,
    session: string,
    index: number,
    info: VolumeInfo,
    isVolume: boolean,
  ): Promise<SliceScore> {
    const { query, product } = this.#request;
    const { spoolDir } = this.#options;
    const slice = { session, index, crop: this.#wantedCrop };
    if (this.#request.signal.aborted) throw new CtError('CT_CANCELLED', 'The client disconnected');
    const prepared = this.#lone ?? (await call('prepare', { ...slice, spoolDir }));
    this.#lone = undefined;
    this.#times.decode += prepared.decodeMs;
    this.#huLost = prepared.huLost;
    if (prepared.cropped === 'chest') this.#crop = 'chest';
    const { window } = prepared;
    this.#window = window ? { center: window.center, width: window.width } : null;
    const image: Tensor = {
      name: 'image',
      datatype: 'FP32',
      shape: [1, ...prepared.shape],
      data: prepared.data,
    };
    const answer = await this.#infer(image, isVolume).finally(() => {
      discardRef(image.data);
    });
    const [probability, mask, distance] = answer.outputs as [Tensor, Tensor, Tensor?];
    try {
      this.#times.queue += answer.queueMs;
      this.#times.infer += answer.inferMs;
      const score = await call('finish', {
        ...slice,
        mask,
        keepSlice: product === 'overlay',
        probability: firstFloat(probability),
        distance: distance ? firstFloat(distance) : null,
        encodeMask: product === 'prediction' && (query.mask ?? true),
        keepFrom: product === 'segmentation' ? query.maskThreshold : undefined,
      });
      if (product === 'overlay') {
        const { opacity, maskThreshold } = query;
        const style = { window: query.window, opacity, maskThreshold };
        // A mask on a picture is an answer too.
        const hasAnswer = scoreVolume([score], info, this.#model.rule).label !== null;
        this.#bytes = await call('overlay', {
          ...slice,
          mask: hasAnswer ? mask : undefined,
          style,
          spoolDir,
        });
      }
      return score;
    } finally {
      discardRef(mask.data);
    }
  }

  /** A slice of a volume waits for its turn when the server is busy; a lone picture is refused at once. */
  async #infer(image: Tensor, isVolume: boolean): Promise<InferenceAnswer> {
    const { query, signal } = this.#request;
    const usual = isVolume ? 'background' : 'interactive';
    const wholeDeadline =
      query.timeout === undefined ? Infinity : this.#started + Math.max(1, query.timeout);
    for (let waitMs = 50; ; waitMs = Math.min(1000, waitMs * 2)) {
      const now = performance.now();
      const deadline = Math.min(wholeDeadline, now + this.#options.timeoutMs);
      if (deadline <= now) throw new CtError('CT_TIMEOUT', 'Expected an answer within the timeout');
      try {
        return await this.#options.scheduler.submit({
          model: this.#model.served,
          inputs: [image],
          outputs: this.#model.outputs,
          priority: (query.priority ?? usual) === 'interactive' ? interactive : background,
          deadline,
          signal,
        });
      } catch (error) {
        if (!(error instanceof OverloadedError) || !isVolume) throw error;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  #sumUp(info: VolumeInfo, indices: readonly number[]): Prediction {
    const results = indices.flatMap((index) => this.#results.get(index) ?? []);
    const { served, rule, trained } = this.#model;
    const { threshold } = this.#request.query;
    const given = threshold === undefined ? {} : { threshold, volumeThreshold: threshold };
    return {
      id: this.#id,
      file: info.files?.[0] ?? this.#request.file.name ?? null,
      ...scoreVolume(results, info, { ...rule, ...given }),
      model: {
        name: served.name,
        version: served.version,
        sha256: served.sha256,
        trained,
        positive: rule.labels[1],
      },
      preprocessing: {
        window: this.#window,
        crop: this.#crop,
        huLost: this.#huLost,
      },
      warnings: this.#warnings(info),
      timingsMs: { ...this.#times, total: performance.now() - this.#started },
    };
  }

  #warnings({ warnings, files }: VolumeInfo): Warning[] {
    const { trained } = this.#model;
    const unreadable = [...this.#unreadable].map(([index, error]) =>
      unreadableWarning(error, files?.[index]),
    );
    const ofModel: Warning[] =
      trained === true
        ? []
        : [{ code: trained === false ? 'MODEL_UNTRAINED' : 'TRAINING_UNKNOWN' }];
    return mergeWarnings(warnings, unreadable, ofModel);
  }
}

/** Whether a slice's own bytes are the cause: the rest of a series is scored without it. */
const isDamaged = (error: unknown): error is CtError =>
  error instanceof CtError &&
  ['CT_CORRUPT', 'CT_TRUNCATED', 'CT_UNSUPPORTED', 'CT_NO_PIXELS'].includes(error.code);

function unreadableWarning({ code, message }: CtError, file: string | undefined): Warning {
  return { code: 'FILE_UNREADABLE', file, detail: `${code}: ${message}` };
}

function firstFloat({ data }: Tensor): number {
  if (!(data instanceof Uint8Array)) throw new Error('One number is never a file');
  return new DataView(data.buffer, data.byteOffset, data.byteLength).getFloat32(0, true);
}
