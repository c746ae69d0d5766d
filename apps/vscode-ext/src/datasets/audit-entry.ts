import {
  auditDataset,
  FactsCache,
  FeaturesCache,
  findingsText,
  type DatasetProgress,
} from '@groundglass/dataset';
import { CtError } from '@groundglass/core/errors';
import * as vscode from 'vscode';
import type { DatasetEntry } from './dataset-registry.js';
import { baselinesEnding, baselinesOf } from './baselines-of.js';
import { baseNameOf, workspaceFiles } from './workspace-files.js';

/** The audit's rule for one picture under two labels. */
export const conflictRule = 'label-conflict';

/** The counts of an audit's findings. */
export interface AuditCounts {
  readonly errors: number;
  readonly all: number;
  /** Pictures with two labels. */
  readonly conflicts: number;
}

/**
 * Audits a dataset, measures its baselines, and writes `NAME.audit.jsonl` and the baselines to the first writable one of some folders.
 *
 * @returns the counts; undefined if the user cancelled or the audit failed, which is reported.
 */
export async function auditEntry(
  entry: DatasetEntry,
  folders: readonly vscode.Uri[],
  log: vscode.LogOutputChannel,
): Promise<AuditCounts | undefined> {
  try {
    const dataset = await entry.load();
    const files = await workspaceFiles(dataset.root);
    const lines = dataset.lines ?? dataset.samples.map((_, at) => at + 1);
    const { manifest, samples, problems } = dataset;
    const { findings, scores } = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Auditing {0}', entry.name),
        cancellable: true,
      },
      async (progress, token) => {
        const cancel = new AbortController();
        token.onCancellationRequested(() => {
          cancel.abort();
        });
        const [facts, cache] = [new FactsCache(), new FeaturesCache()];
        const onProgress = ({ phase, done, total }: DatasetProgress) => {
          progress.report({
            message:
              total === undefined
                ? phaseName(phase)
                : vscode.l10n.t('{0}: {1} of {2}', phaseName(phase), done, total),
          });
        };
        const { signal } = cancel;
        const found = await auditDataset(
          files,
          { manifest, root: dataset.root.path, samples, lines, problems },
          { facts, features: cache, signal, onProgress },
        );
        // A dataset without a split of both classes has no baselines, but is still audited.
        const scored = await baselinesOf(files, dataset, {
          facts,
          cache,
          signal,
          onProgress,
        }).catch((error: unknown) => {
          if (signal.aborted) throw error;
          log.info(`No baselines: ${error instanceof Error ? error.message : String(error)}`);
          return undefined;
        });
        return { findings: found, scores: scored };
      },
    );
    // A layout without a manifest has no rows to point at.
    const written = dataset.lines
      ? findings
      : findings.map((finding) => ({
          ...finding,
          samples: finding.samples.map((sample) => ({ ...sample, line: null })),
        }));
    const place = await writeFirst(folders, `${entry.name}.audit.jsonl`, findingsText(written));
    if (scores) {
      await writeFirst(
        folders,
        `${entry.name}${baselinesEnding}`,
        JSON.stringify(scores, undefined, 2),
      );
    }
    log.info(`Audit of ${entry.name}: ${findings.length} findings in ${place.fsPath}`);
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    const conflicts = findings.filter(({ rule }) => rule === conflictRule).length;
    return { errors, all: findings.length, conflicts };
  } catch (error) {
    if (error instanceof CtError && error.code === 'CT_CANCELLED') return undefined;
    void vscode.window.showErrorMessage(
      vscode.l10n.t(
        '{0} could not be audited: {1}',
        entry.name,
        error instanceof Error ? error.message : String(error),
      ),
    );
    return undefined;
  }
}

async function writeFirst(
  folders: readonly vscode.Uri[],
  name: string,
  text: string,
): Promise<vscode.Uri> {
  const errors: unknown[] = [];
  for (const folder of folders) {
    const uri = vscode.Uri.joinPath(folder, name);
    try {
      await vscode.workspace.fs.createDirectory(folder);
      await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
      return uri;
    } catch (error) {
      errors.push(error);
    }
  }
  throw new CtError(
    'CT_READ_FAILED',
    vscode.l10n.t('{0} could not be written.', baseNameOf(vscode.Uri.file(name))),
    {
      cause: errors[0],
    },
  );
}

function phaseName(phase: string): string {
  switch (phase) {
    case 'reading':
      return vscode.l10n.t('Reading the files');
    case 'features':
      return vscode.l10n.t('Looking at the pictures');
    case 'baselines':
      return vscode.l10n.t('Measuring the baselines');
    case 'comparing':
    case 'registering':
    case 'verifying':
      return vscode.l10n.t('Looking for duplicates');
    default:
      return vscode.l10n.t('Working');
  }
}
