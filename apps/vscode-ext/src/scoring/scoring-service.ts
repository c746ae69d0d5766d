import { createHash } from 'node:crypto';
import type { DatasetSample, Prediction } from '@groundglass/core';
import type { ResultsFile } from '@groundglass/dataset';
import { CtError } from '@groundglass/core/errors';
import * as vscode from 'vscode';
import type { DatasetEntry } from '../datasets/dataset-registry.js';
import { baseNameOf, readBytesOf } from '../datasets/workspace-files.js';
import type { ServerManager } from '../server/server-manager.js';
import type { MaskStore } from './mask-store.js';
import { isOfModel, otherResultsName, resultsName } from './results-place.js';
import type { ScoringAnswer, ScoringProgress } from './run-scoring.js';
import type { ScoringClient, ScoringModelFacts } from './scoring-client.js';

/** A dataset to score; `entry` is undefined for a folder without one. */
export interface ScoringTarget {
  /** Name used in results and messages. */
  readonly name: string;
  /** Where the results go, if it is writable. */
  readonly folder: vscode.Uri;
  readonly root: vscode.Uri;
  readonly samples: readonly (Pick<DatasetSample, 'path'> & Partial<DatasetSample>)[];
  readonly entry: DatasetEntry | undefined;
}

/** Interval between events of one run: a fast server answers more often than the UI needs to redraw. */
const eventMs = 1000;

/** A run in progress. */
interface Run {
  readonly cancel: AbortController;
  progress: ScoringProgress;
}

/** The outcome of a run. */
export interface ScoringEnd {
  readonly results: vscode.Uri;
  readonly progress: ScoringProgress;
}

/** Scores datasets; one run per results file. */
export class ScoringService implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  /** A run has started, progressed or ended; the results file identifies it. */
  readonly onDidChange = this.#changed.event;
  readonly #runs = new Map<string, Run>();
  readonly #server: ServerManager;
  readonly #client: ScoringClient;
  readonly #masks: MaskStore;
  /** Where results go if they cannot be written next to their dataset. */
  readonly #storage: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;

  constructor(
    server: ServerManager,
    client: ScoringClient,
    masks: MaskStore,
    storage: vscode.Uri,
    log: vscode.LogOutputChannel,
  ) {
    this.#server = server;
    this.#client = client;
    this.#masks = masks;
    this.#storage = storage;
    this.#log = log;
  }

  /** The progress of a results file's run; undefined if none is running. */
  progressOf(results: vscode.Uri): ScoringProgress | undefined {
    return this.#runs.get(results.toString())?.progress;
  }

  cancel(results: vscode.Uri): void {
    this.#runs.get(results.toString())?.cancel.abort();
  }

  /** Folder for results and audits of a dataset in a read-only place. */
  storageOf(folder: vscode.Uri): vscode.Uri {
    const id = createHash('sha256').update(folder.toString()).digest('hex').slice(0, 8);
    return vscode.Uri.joinPath(this.#storage, 'results', `${baseNameOf(folder)}-${id}`);
  }

  /**
   * Scores a target, resuming an earlier run.
   *
   * @param onStart is called once the results file is known and has its first row; with the reason if it could not be next to the
   * dataset.
   * @throws {CtError} what ended the run; its rows stay.
   */
  async score(
    target: ScoringTarget,
    signal: AbortSignal,
    onStart: (results: vscode.Uri, whyElsewhere: string | undefined) => void,
    onProgress: (progress: ScoringProgress) => void,
  ): Promise<ScoringEnd> {
    const [{ runScoring }, { openResults }, dataset, { readForScoring }] = await Promise.all([
      import('./run-scoring.js'),
      import('./results-writer.js'),
      import('../datasets/dataset-functions.js'),
      import('./scoring-client.js'),
    ]);
    const release = this.#server.keepAwake();
    try {
      const model = await this.#client.model(signal);
      const { uri, length, rows, whyElsewhere } = await this.#resultsFor(target, model);
      if (this.#runs.has(uri.toString())) {
        throw new CtError(
          'CT_BAD_REQUEST',
          vscode.l10n.t('{0} is already being scored.', target.name),
        );
      }
      const writer = await openResults(uri, length);
      const total = target.samples.length;
      const run: Run = {
        cancel: new AbortController(),
        progress: { done: 0, total, kept: 0, failed: 0 },
      };
      this.#runs.set(uri.toString(), run);
      this.#changed.fire(uri);
      onStart(uri, whyElsewhere);
      const known = new Map(rows.map((row) => [dataset.sampleKey(row), row]));
      let fired = performance.now();
      try {
        const progress = await runScoring({
          samples: target.samples,
          known: (sample) => known.get(dataset.sampleKey(sample)),
          read: (sample) => readForScoring(vscode.Uri.joinPath(target.root, sample.path)),
          score: async (sample, { body, sha256 }, either) => {
            const name = baseNameOf(vscode.Uri.joinPath(target.root, sample.path));
            const prediction = await this.#client.predict(body, name, model, sample.slice, either);
            return this.#answer(target, sample, sha256, model, prediction);
          },
          write: (row) => writer.append(dataset.resultLine(row)),
          lanes: vscode.workspace.getConfiguration('groundglass').get('score.requests', 8),
          signal: AbortSignal.any([signal, run.cancel.signal]),
          onProgress: (now) => {
            run.progress = now;
            onProgress(now);
            if (performance.now() - fired < eventMs) return;
            fired = performance.now();
            this.#changed.fire(uri);
          },
        });
        return { results: uri, progress };
      } finally {
        this.#runs.delete(uri.toString());
        await writer.close().catch((error: unknown) => {
          this.#log.error(error instanceof Error ? error : String(error));
        });
        this.#changed.fire(uri);
      }
    } finally {
      release();
    }
  }

  dispose(): void {
    for (const { cancel } of this.#runs.values()) cancel.abort();
    this.#changed.dispose();
  }

  async #answer(
    { root }: ScoringTarget,
    sample: ScoringTarget['samples'][number],
    sha256: string,
    model: ScoringModelFacts,
    { label, withheld, probability, lesionFraction, slices }: Prediction,
  ): Promise<ScoringAnswer> {
    // The gallery shows the middle slice of a volume.
    const shown = sample.slice ?? Math.floor((slices.length - 1) / 2);
    const slice = slices.length === 1 ? slices[0] : slices.find(({ index }) => index === shown);
    const answer = { label, withheld: [...withheld], probability, lesionFraction };
    if (!slice?.mask) return answer;
    const key = { model: model.sha256 ?? `${model.name}-${model.version}`, sha256 };
    await this.#masks.put({ ...key, slice: sample.slice ?? null }, slice.mask);
    if (sample.mask === undefined || slices.length > 1) return answer;
    const { diceAgainst } = await import('./dice-against.js');
    const truth = vscode.Uri.joinPath(root, sample.mask);
    return { ...answer, dice: await diceAgainst(truth, slice.mask, sample.slice ?? 0) };
  }

  /** The results file of a dataset and a model: the one next to it, else one in the extension's folder. */
  async #resultsFor(target: ScoringTarget, model: ScoringModelFacts) {
    const errors: unknown[] = [];
    for (const folder of [target.folder, this.storageOf(target.folder)]) {
      try {
        const found = await this.#resultsIn(folder, target, model);
        const [first] = errors;
        const whyElsewhere = first instanceof Error ? first.message : undefined;
        return { ...found, whyElsewhere };
      } catch (error) {
        errors.push(error);
      }
    }
    throw errors[0];
  }

  async #resultsIn(folder: vscode.Uri, target: ScoringTarget, model: ScoringModelFacts) {
    const { parseResults, resultsHeaderLine } = await import('../datasets/dataset-functions.js');
    const names = [resultsName(target.name, model), otherResultsName(target.name, model)];
    for (const name of names) {
      const uri = vscode.Uri.joinPath(folder, name);
      const bytes = await readBytesOf(uri);
      if (bytes === undefined || isHalfHeader(bytes)) {
        const isBeside = folder === target.folder;
        const header = resultsHeaderLine({
          model: { name: model.name, version: model.version, sha256: model.sha256 },
          labels: [...model.labels],
          positive: model.positive,
          threshold: model.threshold,
          manifest:
            target.entry === undefined
              ? null
              : {
                  name: target.name,
                  ...(isBeside
                    ? target.entry.layout === 'manifest'
                      ? { path: 'groundglass.dataset.json' }
                      : {}
                    : { path: target.folder.toString() }),
                },
          time: new Date().toISOString(),
        });
        await vscode.workspace.fs.createDirectory(folder);
        await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(header));
        return { uri, length: Buffer.byteLength(header), rows: [] };
      }
      const before = parseBefore(parseResults, new TextDecoder().decode(bytes));
      if (before && isOfModel(before.header, model)) {
        await this.#checkWritable(uri);
        // Counted in the file's bytes: a byte order mark and damaged characters have other lengths once decoded.
        return { uri, length: bytes.lastIndexOf(0x0a) + 1, rows: before.rows };
      }
    }
    throw new CtError(
      'CT_BAD_DATASET',
      vscode.l10n.t('{0} already exists and is not a results file of this model.', names[1]!),
    );
  }

  /** A read-only file must fail before the first request, not at the first row. */
  async #checkWritable(uri: vscode.Uri): Promise<void> {
    const { permissions } = await vscode.workspace.fs.stat(uri);
    if (permissions === vscode.FilePermission.Readonly) {
      throw new CtError('CT_READ_FAILED', vscode.l10n.t('{0} is not writable.', baseNameOf(uri)));
    }
  }
}

/** Whether a run was killed, or the disk was full, before its first row was complete: rewriting it loses nothing. */
function isHalfHeader(bytes: Uint8Array): boolean {
  const start = '{"format":"groundglass-predictions"';
  const text = new TextDecoder().decode(bytes.subarray(0, start.length));
  return !bytes.includes(0x0a) && start.startsWith(text);
}

/** The rows of an earlier run; undefined if the file is something else. */
function parseBefore(parse: (text: string) => ResultsFile, text: string): ResultsFile | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
