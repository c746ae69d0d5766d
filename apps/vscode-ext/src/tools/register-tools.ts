import type { Finding } from '@groundglass/core';
import type { AskedDataset, FindInput } from '@groundglass/dataset';
import * as vscode from 'vscode';
import type { DatasetEntry, DatasetRegistry } from '../datasets/dataset-registry.js';
import { baseNameOf, isInside, readTextOf } from '../datasets/workspace-files.js';
import type { ScoringClient } from '../scoring/scoring-client.js';

/** Dependencies of the language-model tools. */
export interface ToolTargets {
  readonly registry: DatasetRegistry;
  readonly client: ScoringClient;
  readonly resultsOf: (folder: vscode.Uri) => Promise<vscode.Uri[]>;
  readonly findingsOf: (folder: vscode.Uri) => Promise<Finding[]>;
  readonly audit: (entry: DatasetEntry) => Promise<unknown>;
}

interface PredictInput {
  readonly path: string;
  readonly slice?: number;
}

interface DatasetInput {
  readonly dataset?: string;
}

/** Registers the tools that language models may call. Every path stays inside the workspace, and nothing leaves this machine or the server that the user has chosen. */
export function registerTools(targets: ToolTargets): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.lm.registerTool<PredictInput>('groundglass_predict', {
      prepareInvocation: ({ input }) => ({
        invocationMessage: vscode.l10n.t('Asking the model about {0}', input.path),
        confirmationMessages: {
          title: vscode.l10n.t('Predict'),
          message: new vscode.MarkdownString(
            vscode.l10n.t(
              'The local CT model looks at `{0}`; the answer and the picture go to the chat model. Research use, not for diagnosis.',
              input.path,
            ),
          ),
        },
      }),
      invoke: async ({ input }, token) => {
        const { predictForTool } = await import('./predict-for-tool.js');
        const uri = await fileInWorkspace(input.path);
        return predictForTool(targets.client, uri, input.slice, abortOf(token));
      },
    }),
    vscode.lm.registerTool<FindInput & DatasetInput>('groundglass_find', {
      prepareInvocation: () => ({ invocationMessage: vscode.l10n.t('Looking for pictures') }),
      invoke: async ({ input }) => {
        const { findPictures } = await import('../datasets/dataset-functions.js');
        return json(findPictures(await datasetOf(input, targets), input));
      },
    }),
    vscode.lm.registerTool<DatasetInput>('groundglass_summarizeDataset', {
      prepareInvocation: () => ({ invocationMessage: vscode.l10n.t('Summarizing the dataset') }),
      invoke: async ({ input }) => {
        const { summarizeDataset } = await import('../datasets/dataset-functions.js');
        return json(summarizeDataset(await datasetOf(input, targets)));
      },
    }),
    vscode.lm.registerTool<DatasetInput>('groundglass_audit', {
      prepareInvocation: () => ({
        invocationMessage: vscode.l10n.t('Auditing the dataset'),
        confirmationMessages: {
          title: vscode.l10n.t('Audit'),
          message: vscode.l10n.t(
            'Every picture of the dataset is read, and a file of findings is written next to it.',
          ),
        },
      }),
      invoke: async ({ input }) => {
        const entry = await entryOf(input, targets.registry);
        await targets.audit(entry);
        const { guessesOf } = await import('../datasets/dataset-functions.js');
        const dataset = await entry.load();
        const findings = await targets.findingsOf(entry.folder);
        return json({
          total: findings.length,
          guesses: guessesOf(dataset.samples),
          findings: findings.slice(0, 100),
        });
      },
    }),
  );
}

function json(value: unknown): vscode.LanguageModelToolResult {
  return new vscode.LanguageModelToolResult([
    new vscode.LanguageModelTextPart(JSON.stringify(value)),
  ]);
}

function abortOf(token: vscode.CancellationToken): AbortSignal {
  const cancel = new AbortController();
  token.onCancellationRequested(() => {
    cancel.abort();
  });
  return cancel.signal;
}

/** @throws {Error} with a message for the model, when the path leaves the workspace or does not exist. */
async function fileInWorkspace(path: string): Promise<vscode.Uri> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  for (const { uri: folder } of folders) {
    const uri =
      path.startsWith('/') || /^[a-z]:[\\/]/i.test(path)
        ? folder.with({ path: vscode.Uri.file(path).path })
        : vscode.Uri.joinPath(folder, path);
    if (!isInside(folder, uri)) continue;
    const isThere = await vscode.workspace.fs.stat(uri).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    if (await leadsOut(folder, uri)) break;
    return uri;
  }
  throw new Error(vscode.l10n.t('Expected a file in the workspace, got {0}', path));
}

/** Whether a link leads out of the workspace's folder. */
async function leadsOut(folder: vscode.Uri, uri: vscode.Uri): Promise<boolean> {
  if (folder.scheme !== 'file') return false;
  const { realpath } = await import('node:fs/promises');
  const [top, real] = await Promise.all([realpath(folder.fsPath), realpath(uri.fsPath)]);
  return !isInside(vscode.Uri.file(top), vscode.Uri.file(real));
}

async function entryOf(
  { dataset }: DatasetInput,
  registry: DatasetRegistry,
): Promise<DatasetEntry> {
  // An agent asks at once about what it has just written, before the file watcher has reported it.
  registry.refresh();
  const entries = await registry.find();
  const found =
    dataset === undefined
      ? entries[0]
      : entries.find(
          ({ name, folder }) =>
            name === dataset ||
            baseNameOf(folder) === dataset ||
            folder.path.endsWith(`/${dataset}`),
        );
  if (found) return found;
  const names = entries.map(({ name }) => name).join(', ');
  throw new Error(
    vscode.l10n.t('Expected a dataset of the workspace ({0}), got {1}', names, dataset ?? ''),
  );
}

async function datasetOf(
  input: DatasetInput,
  { registry, resultsOf, findingsOf }: ToolTargets,
): Promise<AskedDataset> {
  const entry = await entryOf(input, registry);
  const { manifest, samples } = await entry.load();
  const [newest] = await resultsOf(entry.folder);
  const text = newest && (await readTextOf(newest));
  const { parseResults } = await import('../datasets/dataset-functions.js');
  const results = text === undefined ? undefined : parseResults(text);
  return {
    ...{ name: manifest.name, labels: manifest.labels, positive: manifest.positive, samples },
    ...{ results: results?.rows ?? [], header: results?.header },
    findings: await findingsOf(entry.folder),
  };
}
