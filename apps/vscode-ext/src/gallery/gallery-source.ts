import type { DatasetSample, Finding, ResultRow } from '@groundglass/core';
import type { ImportProblem, ResultsFile } from '@groundglass/dataset';
import { CtError } from '@groundglass/core/errors';
import type { Baseline, GalleryFacts, GalleryRow } from '@groundglass/viewer/gallery-rows';
import * as vscode from 'vscode';
import type { DatasetEntry, DatasetRegistry } from '../datasets/dataset-registry.js';
import type { LoadedDataset } from '../datasets/load-dataset.js';
import { baseNameOf, readTextOf } from '../datasets/workspace-files.js';
import type { MaskKey } from '../scoring/mask-store.js';
import { joinRows, modelOf } from './join-rows.js';

/** The subject of a gallery. */
export type GallerySource =
  | { readonly kind: 'results'; readonly uri: vscode.Uri }
  | { readonly kind: 'dataset'; readonly entry: DatasetEntry; readonly folder: vscode.Uri }
  /** A text file of paths. */
  | { readonly kind: 'list'; readonly uri: vscode.Uri }
  /** Pictures of a folder that is not a dataset. */
  | { readonly kind: 'folder'; readonly uri: vscode.Uri };

/** A gallery's rows with what the host needs for each. */
export interface LoadedGallery {
  readonly rows: readonly GalleryRow[];
  readonly facts: GalleryFacts;
  /** The folder that the rows' paths are relative to. */
  readonly root: vscode.Uri;
  readonly dataset: LoadedDataset | undefined;
  readonly entry: DatasetEntry | undefined;
  readonly results: vscode.Uri | undefined;
  readonly problems: readonly ImportProblem[];
  /** Where the mask of a row would be stored; undefined for rows that were not scored. */
  maskKeyOf(row: number): MaskKey | undefined;
}

/** What loading needs from the rest of the extension. */
export interface GalleryContext {
  readonly registry: DatasetRegistry;
  /** Results files of a dataset, newest first. */
  readonly resultsOf: (folder: vscode.Uri) => Promise<vscode.Uri[]>;
  readonly findingsOf: (folder: vscode.Uri) => Promise<Finding[]>;
  readonly baselinesOf: (folder: vscode.Uri) => Promise<Baseline[]>;
  readonly formats: ReadonlyMap<string, string>;
}

/**
 * Loads the content of a gallery.
 *
 * @param second a results file to compare with.
 * @throws {CtError} `CT_BAD_DATASET` when the file is not a results file, manifest or list.
 */
export async function loadGallery(
  source: GallerySource,
  second: vscode.Uri | undefined,
  context: GalleryContext,
): Promise<LoadedGallery> {
  const notes: string[] = [];
  // The gallery is readable: a failure of the compared results must not prevent showing it.
  const other =
    second &&
    (await readResults(second).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      const name = baseNameOf(second);
      notes.push(vscode.l10n.t('The comparison with {0} is lost: {1}', name, reason));
      return undefined;
    }));
  const found = await partsOf(source, context, notes);
  const { results, dataset, root } = found;
  const samples: readonly DatasetSample[] = dataset?.samples ?? found.samples ?? [];
  const findings = dataset ? await context.findingsOf(dataset.folder) : [];
  const rows = joinRows({
    samples,
    results: results?.rows,
    second: other?.rows,
    findings,
    formats: context.formats,
    of: source.kind === 'results' ? 'results' : 'samples',
  });
  const manifest = dataset?.manifest;
  const known = [...new Set(samples.flatMap(({ label }) => (label === null ? [] : [label])))];
  if (results && results.problems.length > 0) {
    notes.push(
      vscode.l10n.t(
        '{0} rows of {1} could not be read: see Problems.',
        results.problems.length,
        found.title,
      ),
    );
  }
  if (results?.isCutOff) {
    notes.push(
      vscode.l10n.t(
        'The last row is incomplete and is left out: scoring continues from the row before it.',
      ),
    );
  }
  if (source.kind === 'results' && !dataset) {
    notes.push(
      vscode.l10n.t(
        'The dataset of these results was not found: labels, splits and patients are unknown.',
      ),
    );
  }
  if (
    results?.header.manifest &&
    manifest &&
    results.header.manifest.name !== manifest.name &&
    source.kind === 'results'
  ) {
    notes.push(
      vscode.l10n.t(
        'These are results of {0}; the labels are from {1}.',
        results.header.manifest.name,
        manifest.name,
      ),
    );
  }
  const shas = [results, other].map((file) => file?.header.model.sha256 ?? null);
  if (shas[0] !== null && shas[0] === shas[1]) {
    notes.push(vscode.l10n.t('Both results are of the same model.'));
  }
  if (other) {
    const answered = rows.filter(({ result }) => result !== null);
    const both = answered.filter((row) => row.second !== null).length;
    if (both < answered.length) {
      notes.push(
        vscode.l10n.t(
          '{0} of {1} pictures are in both results: only those are compared.',
          both,
          answered.length,
        ),
      );
    }
  }
  if (dataset) notes.push(...guessesIn(samples));
  const resultOf = new Map<string, ResultRow>();
  for (const row of results?.rows ?? []) resultOf.set(`${row.path}#${row.slice ?? ''}`, row);
  const model = results?.header.model;
  return {
    rows,
    facts: {
      title: found.title,
      labels: manifest?.labels ?? known,
      positive: manifest?.positive ?? results?.header.positive ?? known.at(-1) ?? '',
      model: results ? modelOf(results.header) : null,
      second: other ? modelOf(other.header) : null,
      notes,
      baselines: dataset ? await context.baselinesOf(dataset.folder) : [],
    },
    root,
    dataset,
    entry: found.entry,
    results: found.resultsUri,
    problems: results?.problems ?? [],
    maskKeyOf(at) {
      const row = rows[at];
      const result = row && resultOf.get(`${row.path}#${row.slice ?? ''}`);
      if (!row || !model || !result?.sha256) return undefined;
      return {
        model: model.sha256 ?? `${model.name}-${model.version}`,
        sha256: result.sha256,
        slice: row.slice,
      };
    },
  };
}

/** A results file, and whether its last row is incomplete: a run was killed, or the disk was full. */
interface ReadResults extends ResultsFile {
  readonly isCutOff: boolean;
}

interface Parts {
  readonly title: string;
  readonly root: vscode.Uri;
  readonly dataset?: LoadedDataset | undefined;
  readonly entry?: DatasetEntry | undefined;
  readonly samples?: readonly DatasetSample[];
  readonly results?: ReadResults | undefined;
  readonly resultsUri?: vscode.Uri | undefined;
}

async function partsOf(
  source: GallerySource,
  { registry, resultsOf }: GalleryContext,
  notes: string[],
): Promise<Parts> {
  switch (source.kind) {
    case 'results': {
      const results = await readResults(source.uri);
      const beside = vscode.Uri.joinPath(source.uri, '..');
      const path = results.header.manifest?.path;
      const folder =
        path === undefined
          ? beside
          : /^[a-z][a-z0-9+.-]+:/i.test(path)
            ? vscode.Uri.parse(path)
            : vscode.Uri.joinPath(beside, path, '..');
      const entry = (await registry.entryAt(folder)) ?? (await registry.entryOf(source.uri));
      const dataset = await entry?.load().catch((error: unknown) => {
        notes.push(error instanceof Error ? error.message : String(error));
        return undefined;
      });
      return {
        title: baseNameOf(source.uri),
        root: dataset?.root ?? beside,
        ...{ dataset, entry, results, resultsUri: source.uri },
      };
    }
    case 'dataset': {
      const dataset = await source.entry.load();
      const resultsUri = (await resultsOf(source.folder))[0];
      const results = resultsUri && (await readResults(resultsUri).catch(() => undefined));
      if (results) notes.push(vscode.l10n.t('The answers are from {0}.', baseNameOf(resultsUri)));
      const { entry } = source;
      return {
        title: dataset.manifest.name,
        root: dataset.root,
        dataset,
        entry,
        results,
        resultsUri,
      };
    }
    case 'list': {
      const { readList } = await import('./read-list.js');
      const { samples, root, missing } = await readList(source.uri, registry);
      if (missing > 0)
        notes.push(vscode.l10n.t('{0} paths name files that do not exist.', missing));
      const entry = await registry.entryOf(source.uri);
      const dataset = await entry?.load().catch(() => undefined);
      const known = new Map(
        dataset?.samples.map((sample) => [
          vscode.Uri.joinPath(dataset.root, sample.path).path,
          sample,
        ]),
      );
      const listed = samples.map(({ path }) => known.get(vscode.Uri.joinPath(root, path).path));
      if (dataset) notes.push(...guessesIn(listed.filter((each) => each !== undefined)));
      return {
        title: baseNameOf(source.uri),
        root,
        samples: samples.map((sample, at) => ({ ...(listed[at] ?? sample), path: sample.path })),
      };
    }
    case 'folder': {
      const { listPictures } = await import('./list-pictures.js');
      return {
        title: baseNameOf(source.uri),
        root: source.uri,
        samples: await listPictures(source.uri),
      };
    }
    default:
      return source satisfies never;
  }
}

/** Sentences about what was drawn or guessed because the dataset does not record it. */
function guessesIn(samples: readonly DatasetSample[]): string[] {
  const drawn = samples.filter(({ guessed }) => guessed?.includes('split')).length;
  const patients = samples.filter(({ guessed }) => guessed?.includes('patient')).length;
  return [
    ...(drawn === 0
      ? []
      : [
          vscode.l10n.t(
            'The data does not state the split of {0} pictures: Groundglass drew it.',
            drawn,
          ),
        ]),
    ...(patients === 0
      ? []
      : [vscode.l10n.t('The patients of {0} pictures are guessed from their paths.', patients)]),
  ];
}

/** @throws {CtError} `CT_BAD_DATASET`, `CT_READ_FAILED`. */
async function readResults(uri: vscode.Uri): Promise<ReadResults> {
  const { parseResults } = await import('../datasets/dataset-functions.js');
  const text = await readTextOf(uri);
  if (text === undefined) {
    throw new CtError(
      'CT_READ_FAILED',
      vscode.l10n.t('{0} does not exist or cannot be read.', baseNameOf(uri)),
    );
  }
  const results = parseResults(text, baseNameOf(uri));
  return { ...results, isCutOff: !text.endsWith('\n') };
}
