import { CtError } from '@groundglass/core/errors';
import * as vscode from 'vscode';
import { baseNameOf } from '../datasets/workspace-files.js';
import type { ScoringProgress } from './run-scoring.js';
import type { ScoringService, ScoringTarget } from './scoring-service.js';

/** Interval of the notification's updates: drawing more of them would take processor time from the server. */
const reportMs = 1000;

/**
 * Scores with a progress notification whose button cancels, and reports the outcome at the end.
 *
 * @param onStart is called with the results file as soon as it exists, so that it can be opened while it grows.
 */
export async function scoreWithProgress(
  service: ScoringService,
  target: ScoringTarget,
  onStart: (results: vscode.Uri) => void,
): Promise<void> {
  if (target.samples.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There are no pictures to score.'));
    return;
  }
  let results: vscode.Uri | undefined;
  let last: ScoringProgress | undefined;
  try {
    const end = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Scoring {0}', target.name),
        cancellable: true,
      },
      (progress, token) => {
        const cancel = new AbortController();
        token.onCancellationRequested(() => {
          cancel.abort();
        });
        const started = performance.now();
        let [shown, shownAt] = [0, 0];
        return service.score(
          target,
          cancel.signal,
          (uri, whyElsewhere) => {
            results = uri;
            onStart(uri);
            if (whyElsewhere === undefined) return;
            void vscode.window.showWarningMessage(
              vscode.l10n.t(
                'Results could not be written next to {0} ({1}): they are in {2}.',
                ...[target.name, whyElsewhere, uri.fsPath],
              ),
            );
          },
          (now) => {
            last = now;
            const { done, total } = now;
            const time = performance.now();
            if (done < total && time - shownAt < reportMs) return;
            shownAt = time;
            progress.report({
              message: progressText(now, time - started),
              increment: ((done - shown) / total) * 100,
            });
            shown = done;
          },
        );
      },
    );
    const { failed, kept, total } = end.progress;
    const text = vscode.l10n.t(
      '{0}: {1} pictures scored, {2} unchanged ones kept, {3} failed.',
      target.name,
      total - kept - failed,
      kept,
      failed,
    );
    if (failed > 0) void vscode.window.showWarningMessage(text);
    else void vscode.window.showInformationMessage(text);
  } catch (error) {
    const isCancelled = error instanceof CtError && error.code === 'CT_CANCELLED';
    const place = results ? baseNameOf(results) : target.name;
    const left = last
      ? vscode.l10n.t(
          '{0} of {1} pictures are in {2}; scoring continues from there.',
          last.done,
          last.total,
          place,
        )
      : vscode.l10n.t('Nothing was scored.');
    const resume = vscode.l10n.t('Continue');
    const reason = isCancelled
      ? vscode.l10n.t('Scoring was cancelled.')
      : vscode.l10n.t('Scoring stopped: {0}', reasonOf(error));
    const picked = await (isCancelled
      ? vscode.window.showInformationMessage(`${reason} ${left}`, resume)
      : vscode.window.showErrorMessage(`${reason} ${left}`, resume));
    if (picked === resume) await scoreWithProgress(service, target, onStart);
  }
}

function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return vscode.l10n.t('the disk that holds the results is full.');
  return error instanceof Error ? error.message : String(error);
}

function progressText({ done, total, kept }: ScoringProgress, ms: number): string {
  const scored = done - kept;
  if (scored < 2) return vscode.l10n.t('{0} of {1}', done, total);
  const perSecond = scored / (ms / 1000);
  const minutes = (total - done) / perSecond / 60;
  return vscode.l10n.t(
    '{0} of {1}, {2} a second, {3} min left',
    done,
    total,
    perSecond.toFixed(1),
    minutes < 1 ? '< 1' : Math.ceil(minutes),
  );
}
