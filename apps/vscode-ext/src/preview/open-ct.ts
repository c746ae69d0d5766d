import { posix } from 'node:path';
import {
  defaultLimits,
  openDicomSeries,
  openVolume,
  type ByteSource,
  type CtVolume,
  type DicomSeries,
} from '@groundglass/core';
import * as vscode from 'vscode';
import type { Closable } from '../shared/closable.js';
import { readSource, seriesSource, type DisposableSource } from './read-source.js';

/** An open CT image; disposing closes its files. */
export interface OpenedCt extends Closable {
  readonly volume: CtVolume;
  readonly title: string;
  /** The slice of the file that the user opened, if it is one of a series. */
  readonly firstSlice: number | undefined;
  /** Names of the series' files, one a slice. */
  readonly files: readonly string[] | undefined;
  /** What the user should know about the files around it. */
  readonly notes: readonly string[];
  /** The files that hold the volume, as a server needs them; unless it is a series, the first is the opened one. */
  readonly parts: readonly CtPart[];
}

/** One of the files that hold a volume. */
export interface CtPart {
  readonly name: string;
  readonly uri: vscode.Uri;
}

/** Files of one folder to search for a series. */
const mostSeriesFiles = 4000;

/**
 * Opens a CT file of any format; a DICOM slice opens the whole series in its folder.
 *
 * @param timePoint which volume of a file with several, from 0.
 * @throws {CtError} what `openVolume` throws, `CT_READ_FAILED`.
 */
export async function openCt(
  uri: vscode.Uri,
  signal: AbortSignal,
  timePoint = 0,
): Promise<OpenedCt> {
  const held: DisposableSource[] = [];
  const dispose = () => {
    for (const source of held.splice(0)) source.dispose();
  };
  try {
    const own = await readSource(uri);
    held.push(own);
    const name = posix.basename(uri.path);
    const parts: CtPart[] = [{ name, uri }];
    const limits = {
      ...defaultLimits,
      volumePixels:
        vscode.workspace.getConfiguration('groundglass').get('maxVolumeMegapixels', 512) * 2 ** 20,
    };
    const volume = await openVolume(own.source, {
      limits,
      signal,
      name,
      timePoint,
      companion: async (other) => {
        const companion = await findBeside(uri, other);
        if (!companion) return undefined;
        held.push(companion);
        parts.push({ name: other, uri: vscode.Uri.joinPath(uri, '..', other) });
        return companion.source;
      },
    });
    if (volume.format === 'dicom' && volume.sliceCount === 1) {
      const series = await openSeries(uri, name, own.source, signal);
      if (series) return { ...series, dispose };
    }
    return {
      volume,
      title: name,
      firstSlice: undefined,
      files: undefined,
      notes: [],
      parts,
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function findBeside(uri: vscode.Uri, name: string): Promise<DisposableSource | undefined> {
  // A header may name any file; only one next to it is read.
  if (posix.basename(name) !== name) return undefined;
  return readSource(vscode.Uri.joinPath(uri, '..', name)).catch(() => undefined);
}

/** The series that a DICOM file belongs to; undefined if the file stands alone. */
async function openSeries(
  uri: vscode.Uri,
  name: string,
  own: ByteSource,
  signal: AbortSignal,
): Promise<Omit<OpenedCt, 'dispose'> | undefined> {
  const folder = vscode.Uri.joinPath(uri, '..');
  // A file of Git's history has no folder that can be listed: it is shown alone.
  const entries = await vscode.workspace.fs.readDirectory(folder).then(
    (read) => read,
    () => [],
  );
  const names = entries
    .filter(([other, type]) => (type & vscode.FileType.File) !== 0 && mayBeDicom(other))
    .map(([other]) => other);
  if (names.length < 2 || names.length > mostSeriesFiles) return undefined;
  const sources = await Promise.all(
    names.map(async (other) => ({
      name: other,
      source:
        other === name
          ? own
          : await seriesSource(vscode.Uri.joinPath(folder, other)).catch(() => undefined),
    })),
  );
  const readable = sources.flatMap(({ name: other, source }) =>
    source ? [{ name: other, source }] : [],
  );
  const { volumes, problems } = await openDicomSeries(readable, { signal });
  const found = volumes.find(({ files }) => files.includes(name));
  if (!found || found.volume.sliceCount < 2) return undefined;
  return {
    volume: found.volume,
    title: posix.basename(folder.path),
    firstSlice: found.files.indexOf(name),
    files: found.files,
    parts: [...new Set(found.files)].map((part) => ({
      name: part,
      uri: vscode.Uri.joinPath(folder, part),
    })),
    notes: notesOf(problems),
  };
}

/** Damaged files may be missing slices, so they are reported; files that are not images are not. */
function notesOf(problems: DicomSeries['problems']): string[] {
  const names = problems
    .filter(({ error }) => error.code === 'CT_CORRUPT' || error.code === 'CT_TRUNCATED')
    .map(({ name }) => name);
  if (names.length === 0) return [];
  const some = names.slice(0, 3).join(', ') + (names.length > 3 ? ', …' : '');
  return [
    vscode.l10n.t('Damaged DICOM files in this folder, left out: {0} ({1}).', names.length, some),
  ];
}

/** DICOM files often have no extension, or a numeric one (their UID). */
function mayBeDicom(name: string): boolean {
  const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase();
  return ending === undefined || ['dcm', 'dicom', 'ima'].includes(ending) || /^\d+$/.test(ending);
}
