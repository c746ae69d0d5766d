import { posix } from 'node:path';
import type { CtFile, PredictionEvent } from '@groundglass/client';
import type { Prediction, SlicePrediction } from '@groundglass/core';
import { CtError } from '@groundglass/core/errors';
import * as vscode from 'vscode';
import type { OpenedCt } from '../preview/open-ct.js';
import type { ServerManager } from '../server/server-manager.js';

/** How far a prediction is. */
interface PredictionProgress {
  readonly done: number;
  readonly total: number;
  readonly slices: readonly SlicePrediction[];
}

interface PredictOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PredictionProgress) => void;
}

/** Asks the server what the model sees in an image. */
export class Predictor {
  constructor(private readonly server: ServerManager) {}

  /** Why nothing can be predicted now, in words. */
  get unavailableReason(): string | undefined {
    return this.server.unavailableReason;
  }

  get onDidBecomeAvailable(): vscode.Event<void> {
    return this.server.onDidBecomeAvailable;
  }

  /**
   * @throws {CtError} the server's code and sentence, `CT_UNREACHABLE`, `CT_CANCELLED`.
   */
  async predict(uri: vscode.Uri, ct: OpenedCt, options: PredictOptions): Promise<Prediction> {
    const file = await this.#fileOf(uri, ct, options.signal);
    try {
      return await this.#ask(file, options);
    } catch (error) {
      // A server that was killed comes back by itself; its request is asked once more.
      const lost = error instanceof CtError && error.code === 'CT_UNREACHABLE';
      if (!lost || options.signal.aborted || this.server.isRemote) throw error;
      return this.#ask(file, options);
    }
  }

  async #ask(file: CtFile, { signal, onProgress }: PredictOptions): Promise<Prediction> {
    const release = this.server.keepAwake();
    try {
      const client = await this.server.connect(signal);
      const slices: SlicePrediction[] = [];
      const onEvent = (event: PredictionEvent) => {
        if (event.event !== 'slice') return;
        slices.push(event.slice);
        onProgress({ done: event.done, total: event.total, slices: [...slices] });
      };
      return await client.predictStream(file, { model: this.server.chosenModel, signal, onEvent });
    } finally {
      release();
    }
  }

  async #fileOf(uri: vscode.Uri, ct: OpenedCt, signal: AbortSignal): Promise<CtFile> {
    if (!ct.isWholeFile) {
      const { writeMetaImage } = await import('./write-meta-image.js');
      return writeMetaImage(ct.volume, signal);
    }
    try {
      // A Buffer is a view of a larger pool now and then; a plain array is what `fetch` sends as it is.
      return new Uint8Array(await vscode.workspace.fs.readFile(uri));
    } catch (cause) {
      throw new CtError('CT_READ_FAILED', `Expected ${posix.basename(uri.path)} to be readable`, {
        cause,
      });
    }
  }
}
