import type { DatasetManifest, DatasetSample } from '@groundglass/core';
import { manifestName, manifestText, sampleKey, samplesText } from '@groundglass/dataset';
import * as vscode from 'vscode';
import type { LoadedGallery } from './gallery-source.js';

/** Writes rows of a gallery as a new dataset; the images stay in place, and `root` points to them. */
export async function exportSelection(
  { dataset, rows, root, facts }: LoadedGallery,
  chosen: readonly number[],
): Promise<void> {
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Folder for the new dataset'),
    openLabel: vscode.l10n.t('Save here'),
    ...{ canSelectFiles: false, canSelectFolders: true, defaultUri: root },
  });
  const folder = picked?.[0];
  if (!folder) return;
  const place = vscode.Uri.joinPath(folder, manifestName);
  const isThere = await vscode.workspace.fs.stat(place).then(
    () => true,
    () => false,
  );
  if (isThere) {
    const replace = vscode.l10n.t('Replace');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('There is already a dataset in this folder.'),
      { modal: true },
      replace,
    );
    if (answer !== replace) return;
  }
  const known = new Map(dataset?.samples.map((sample) => [sampleKey(sample), sample]));
  const samples = chosen.map((row): DatasetSample => {
    const { path, slice, label, split, patient, source } = rows[row]!;
    const place = slice === null ? { path } : { path, slice };
    return (
      known.get(sampleKey(place)) ?? {
        ...place,
        label,
        split: split === 'train' || split === 'val' ? split : 'test',
        patient: patient ?? path,
        source: source ?? 'unknown',
      }
    );
  });
  const labels = facts.labels.length > 0 ? [...facts.labels] : ['non-covid', 'covid'];
  const manifest: DatasetManifest = {
    ...(dataset?.manifest ?? { format: 'groundglass-dataset', version: 1, labels }),
    ...{ format: 'groundglass-dataset', version: 1, samples: 'samples.jsonl', labels },
    name: vscode.l10n.t('{0}, {1} pictures', facts.title, samples.length),
    positive: facts.positive === '' ? labels.at(-1)! : facts.positive,
    ...(folder.toString() === root.toString()
      ? { root: undefined }
      : { root: folder.scheme === 'file' ? root.fsPath : root.path }),
  };
  const { fs } = vscode.workspace;
  const encode = (text: string) => new TextEncoder().encode(text);
  await fs.writeFile(vscode.Uri.joinPath(folder, manifest.samples), encode(samplesText(samples)));
  await fs.writeFile(place, encode(manifestText(manifest)));
  const open = vscode.l10n.t('Open the gallery');
  const next = await vscode.window.showInformationMessage(
    vscode.l10n.t('Saved {0} pictures as a new dataset.', samples.length),
    open,
  );
  if (next === open) await vscode.commands.executeCommand('groundglass.openGallery', folder);
}
