import {
  detectLayout,
  importLayout,
  layouts,
  manifestName,
  manifestText,
  samplesText,
  type ImportedDataset,
  type Layout,
} from '@groundglass/dataset';
import * as vscode from 'vscode';
import { baseNameOf, workspaceFiles } from './workspace-files.js';

/**
 * Imports a folder: opens and fingerprints every picture, and writes a manifest next to them, or, if that is impossible, to a folder
 * that the user picks.
 *
 * @returns the folder with the manifest; undefined if the user cancelled or nothing could be imported.
 */
export async function importDataset(
  given: vscode.Uri | undefined,
): Promise<vscode.Uri | undefined> {
  const folder =
    given ??
    (
      await vscode.window.showOpenDialog({
        title: vscode.l10n.t('Folder of the dataset'),
        openLabel: vscode.l10n.t('Import'),
        ...{ canSelectFiles: false, canSelectFolders: true },
      })
    )?.[0];
  if (!folder) return undefined;
  try {
    const files = await workspaceFiles(folder);
    const layout = (await detectLayout(files)) ?? (await askLayout(folder));
    if (layout === undefined) return undefined;
    if (layout === 'manifest') {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('{0} already has a manifest.', baseNameOf(folder)),
      );
      return folder;
    }
    const imported = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Importing {0}', baseNameOf(folder)),
        cancellable: true,
      },
      (progress, token) => {
        const cancel = new AbortController();
        token.onCancellationRequested(() => {
          cancel.abort();
        });
        let shown = 0;
        return importLayout(layout, files, {
          signal: cancel.signal,
          onProgress: ({ done, total }) => {
            if (total === undefined || total === 0) return;
            progress.report({
              message: vscode.l10n.t('{0} of {1}', done, total),
              increment: ((done - shown) / total) * 100,
            });
            shown = done;
          },
        });
      },
    );
    if (imported.samples.length === 0) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t(
          'Nothing could be imported from {0}: {1}',
          baseNameOf(folder),
          imported.problems[0]?.message ?? vscode.l10n.t('there are no CT pictures in it.'),
        ),
      );
      return undefined;
    }
    const written = await writeBeside(folder, imported);
    if (written) {
      const { samples, problems } = imported;
      const text = vscode.l10n.t(
        '{0} pictures imported, {1} problems.',
        samples.length,
        problems.length,
      );
      if (problems.length > 0) void vscode.window.showWarningMessage(text);
      else void vscode.window.showInformationMessage(text);
    }
    return written;
  } catch (error) {
    void vscode.window.showErrorMessage(
      vscode.l10n.t(
        '{0} could not be imported: {1}',
        baseNameOf(folder),
        error instanceof Error ? error.message : String(error),
      ),
    );
    return undefined;
  }
}

async function askLayout(folder: vscode.Uri): Promise<Layout | undefined> {
  const asked = layouts.filter((layout) => layout !== 'manifest' && layout !== 'csv');
  return (await vscode.window.showQuickPick(asked, {
    title: vscode.l10n.t(
      '{0} does not look like a known dataset. How is it laid out?',
      baseNameOf(folder),
    ),
  })) as Layout | undefined;
}

async function writeBeside(
  folder: vscode.Uri,
  imported: ImportedDataset,
): Promise<vscode.Uri | undefined> {
  try {
    await writeManifest(folder, imported, undefined);
    return folder;
  } catch {
    const picked = await vscode.window.showOpenDialog({
      title: vscode.l10n.t(
        '{0} is not writable: choose a folder for the manifest',
        baseNameOf(folder),
      ),
      openLabel: vscode.l10n.t('Save here'),
      ...{ canSelectFiles: false, canSelectFolders: true },
    });
    if (!picked?.[0]) return undefined;
    await writeManifest(
      picked[0],
      imported,
      folder.scheme === 'file' ? folder.fsPath : folder.path,
    );
    return picked[0];
  }
}

async function writeManifest(
  folder: vscode.Uri,
  { manifest, samples, problems }: ImportedDataset,
  root: string | undefined,
): Promise<void> {
  const write = (name: string, text: string) =>
    vscode.workspace.fs.writeFile(
      vscode.Uri.joinPath(folder, name),
      new TextEncoder().encode(text),
    );
  await write(manifest.samples, samplesText(samples));
  if (problems.length > 0) {
    await write(
      'problems.jsonl',
      problems.map((problem) => `${JSON.stringify(problem)}\n`).join(''),
    );
  }
  // Last: a folder becomes a dataset once its manifest exists.
  await write(manifestName, manifestText(root === undefined ? manifest : { ...manifest, root }));
}
