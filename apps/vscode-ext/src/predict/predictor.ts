import { openAsBlob } from 'node:fs';
import type { CtFile, CtUpload, PredictionEvent } from '@groundglass/client';
import type { Prediction } from '@groundglass/core';
import { CtError } from '@groundglass/core/errors';
import * as vscode from 'vscode';
import type { CtPart, OpenedCt } from '../preview/open-ct.js';
import type { ServerManager } from '../server/server-manager.js';
import { serverSettings } from '../server/server-settings.js';
import { within } from '../shared/within.js';
import type { AnswerSource, PredictOptions } from './answer-source.js';
import type { PredictProgress } from './predict-progress.js';

/** Asks the server for the prediction of an image. */
export class Predictor implements AnswerSource {
  readonly #server: ServerManager;
  readonly #model: string | undefined;

  /** @param model to use in place of the one that the user has chosen. */
  constructor(server: ServerManager, model?: string) {
    this.#server = server;
    this.#model = model;
  }

  /** Uses this model, whichever is chosen. */
  of(model: string): Predictor {
    return new Predictor(this.#server, model);
  }

  /** Why nothing can be predicted now, for the user. */
  get unavailableReason(): string | undefined {
    return this.#server.unavailableReason;
  }

  /** A new answer is to be expected: from another server or model, or where there was none. */
  get onDidChange(): vscode.Event<void> {
    return this.#server.onDidChangeAnswers;
  }

  /**
   * @throws {CtError} the server's code and message, `CT_UNREACHABLE`, `CT_CANCELLED`.
   */
  async predict(ct: OpenedCt, options: PredictOptions): Promise<Prediction> {
    try {
      return await this.#ask(ct, options);
    } catch (error) {
      // A killed server is restarted; retry its request once.
      const lost = error instanceof CtError && error.code === 'CT_UNREACHABLE';
      const wanted = !options.signal.aborted && this.#server.state.kind !== 'stopped';
      if (!lost || !wanted || this.#server.isRemote) throw error;
      return this.#ask(ct, options);
    }
  }

  get #chosenModel(): string | undefined {
    return this.#model ?? this.#server.chosenModel;
  }

  async #ask(ct: OpenedCt, options: PredictOptions): Promise<Prediction> {
    const release = this.#server.keepAwake();
    try {
      const connection = await this.#server.connect(options.signal);
      return await within(serverSettings.silenceMs, options.signal, async (signal, alive) => {
        const onProgress = (progress: PredictProgress) => {
          alive();
          options.onProgress(progress);
        };
        if (connection.kind === 'oip') {
          const { predictOverOip } = await import('./predict-over-oip.js');
          const { client, models } = connection;
          const chosenModel = this.#chosenModel;
          const model = models.find(({ name }) => name === chosenModel) ?? models[0];
          if (!model) throw new CtError('CT_MODEL_NOT_FOUND', 'The server lists no model');
          const { startAt } = options;
          const { volume, title, files } = ct;
          const { crop } = serverSettings;
          const read = { volume, file: title, files, crop };
          return predictOverOip(client, {
            model,
            ...read,
            startAt,
            signal,
            onProgress,
          });
        }
        const file = await readUpload(ct.parts, signal);
        alive();
        const onEvent = (event: PredictionEvent) => {
          alive();
          if (event.event === 'slice') options.onProgress(event);
        };
        const model = this.#chosenModel;
        const { startAt } = options;
        const { crop } = serverSettings;
        const answer = await connection.client.predictStream(file, {
          model,
          startAt,
          crop,
          // A file with several volumes is uploaded whole.
          volume: ct.volume.timePoint?.index,
          signal,
          onEvent,
        });
        return { ...answer, file: answer.file ?? ct.title };
      });
    } catch (error) {
      if (error instanceof CtError && error.code === 'CT_UNREACHABLE') this.#server.lost();
      throw error;
    } finally {
      release();
    }
  }
}

/**
 * The files unchanged: their unit, modality and orientation travel with the pixels, and results name them.
 *
 * @throws {CtError} `CT_READ_FAILED`, `CT_CANCELLED`.
 */
async function readUpload(parts: readonly CtPart[], signal: AbortSignal): Promise<CtUpload> {
  const files: { name: string; data: CtFile }[] = [];
  for (const { name, uri } of parts) {
    if (signal.aborted) throw new CtError('CT_CANCELLED', 'The prediction is no longer wanted');
    files.push({ name, data: await readPart(name, uri) });
  }
  return files;
}

async function readPart(name: string, uri: vscode.Uri): Promise<CtFile> {
  try {
    // Streamed from disk, however large.
    if (uri.scheme === 'file') return await openAsBlob(uri.fsPath);
    // A Buffer can be a view of a larger pool; `fetch` sends a plain array unchanged.
    return new Uint8Array(await vscode.workspace.fs.readFile(uri));
  } catch (cause) {
    throw new CtError('CT_READ_FAILED', `Expected ${name} to be readable`, { cause });
  }
}
