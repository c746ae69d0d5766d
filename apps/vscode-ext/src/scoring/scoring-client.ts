import { createHash } from 'node:crypto';
import { createReadStream, openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { CtFile } from '@groundglass/client';
import type { Prediction } from '@groundglass/core';
import { CtError } from '@groundglass/core/errors';
import * as vscode from 'vscode';
import type { ServerManager } from '../server/server-manager.js';
import { serverSettings } from '../server/server-settings.js';
import { within } from '../shared/within.js';
import type { ScoringModel } from './results-place.js';
import type { ScoringFile } from './run-scoring.js';

/** Files up to this size are read whole and hashed on the way; larger ones are streamed from disk. */
const smallBytes = 16 * 2 ** 20;
/** Waits before retrying a server that went away; it is restarted meanwhile. */
const retryWaits = [500, 1000, 2000, 4000, 8000];

/** A model with its entry in the results. */
export interface ScoringModelFacts extends ScoringModel {
  readonly labels: readonly string[];
  readonly positive: string;
  readonly threshold: number | null;
}

/** Reads a file with its SHA-256. @throws {CtError} `CT_READ_FAILED`. */
export async function readForScoring(uri: vscode.Uri): Promise<ScoringFile<CtFile>> {
  try {
    if (uri.scheme === 'file' && (await stat(uri.fsPath)).size > smallBytes) {
      const hash = createHash('sha256');
      await pipeline(createReadStream(uri.fsPath), hash);
      return { sha256: hash.digest('hex'), body: await openAsBlob(uri.fsPath) };
    }
    const bytes = new Uint8Array(await vscode.workspace.fs.readFile(uri));
    return { sha256: createHash('sha256').update(bytes).digest('hex'), body: bytes };
  } catch (cause) {
    throw new CtError(
      'CT_READ_FAILED',
      vscode.l10n.t('The file does not exist or cannot be read.'),
      {
        cause,
      },
    );
  }
}

/** Sends many prediction requests to this window's server, which may go away and come back meanwhile. */
export class ScoringClient {
  readonly #server: ServerManager;

  constructor(server: ServerManager) {
    this.#server = server;
  }

  /** The model that answers. @throws {CtError} as `connect` does, `CT_MODEL_NOT_FOUND`. */
  async model(signal: AbortSignal): Promise<ScoringModelFacts> {
    const connection = await this.#server.connect(signal);
    const { chosenModel } = this.#server;
    if (connection.kind === 'groundglass') {
      const models = await connection.client.models(signal);
      const model = models.find(({ name }) => name === chosenModel) ?? models[0];
      if (!model)
        throw new CtError('CT_MODEL_NOT_FOUND', vscode.l10n.t('The server lists no model.'));
      const { name, version, sha256, labels, threshold } = model;
      return { name, version, sha256, labels, positive: labels[1], threshold };
    }
    const model =
      connection.models.find(({ name }) => name === chosenModel) ?? connection.models[0];
    if (!model)
      throw new CtError('CT_MODEL_NOT_FOUND', vscode.l10n.t('The server lists no model.'));
    const { name, version } = model;
    // The protocol has no labels: use those of the trainer's models.
    const usual = ['non-covid', 'covid'] as const;
    return { name, version, sha256: null, labels: usual, positive: usual[1], threshold: null };
  }

  /** One prediction. @throws {CtError} the server's code; `CT_UNREACHABLE` after a server stayed away for a while. */
  async predict(
    file: CtFile,
    name: string,
    model: ScoringModel,
    slice: number | undefined,
    signal: AbortSignal,
  ): Promise<Prediction> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#ask(file, name, model, slice, signal);
      } catch (error) {
        const isGone = error instanceof CtError && error.code === 'CT_UNREACHABLE';
        const pause = retryWaits[attempt];
        if (!isGone || pause === undefined || signal.aborted) throw error;
        this.#server.lost();
        await wait(pause, undefined, { signal }).catch(() => {
          throw new CtError('CT_CANCELLED', 'Scoring was cancelled');
        });
      }
    }
  }

  async #ask(
    file: CtFile,
    name: string,
    model: ScoringModel,
    slice: number | undefined,
    caller: AbortSignal,
  ): Promise<Prediction> {
    const connection = await this.#server.connect(caller);
    return within(serverSettings.silenceMs, caller, async (signal, alive) => {
      if (connection.kind === 'groundglass') {
        return connection.client.predict([{ name, data: file }], {
          model: model.name,
          signal,
          priority: 'background',
          ...(slice === undefined ? {} : { slices: slice }),
        });
      }
      const { predictBytes } = await import('./predict-bytes.js');
      const bytes = file instanceof Uint8Array ? file : new Uint8Array(await file.arrayBuffer());
      const { name: modelName, version } = model;
      return predictBytes(connection.client, {
        ...{ bytes, name, model: { name: modelName, version } },
        ...{ startAt: slice ?? 0, signal, onProgress: alive },
      });
    });
  }
}
