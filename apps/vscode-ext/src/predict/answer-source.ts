import type { Prediction } from '@groundglass/core';
import type * as vscode from 'vscode';
import type { OpenedCt } from '../preview/open-ct.js';
import type { PredictProgress } from './predict-progress.js';

export interface PredictOptions {
  /** The slice that the user looks at. */
  readonly startAt: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PredictProgress) => void;
}

/** Provides predictions. */
export interface AnswerSource {
  /** Why nothing can be predicted now, for the user. */
  readonly unavailableReason: string | undefined;
  /** A new answer is to be expected: from another server or model, or where there was none. */
  readonly onDidChange: vscode.Event<void>;
  /** @throws {CtError} the server's code and message, `CT_UNREACHABLE`, `CT_CANCELLED`. */
  predict(ct: OpenedCt, options: PredictOptions): Promise<Prediction>;
  /** Uses this model, whichever is chosen. */
  of(model: string): AnswerSource;
}
