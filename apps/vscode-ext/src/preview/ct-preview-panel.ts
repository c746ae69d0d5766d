import { posix } from 'node:path';
import { CtError } from '@groundglass/core/errors';
import type { Known, PredictionStatus, ViewerError } from '@groundglass/viewer';
import * as vscode from 'vscode';
import { packSlice, type ToHost, type ToWebview } from '../shared/protocol.js';
import { viewerStrings } from '../shared/viewer-strings.js';
import type { PredictProgress } from '../predict/predict-progress.js';
import type { AnswerSource } from '../predict/answer-source.js';
import type { Truth } from '../truth/open-mask.js';
import type { CtDocument } from './ct-document.js';
import type { KnownSample, SampleLookup } from './known-sample.js';
import type { OpenedCt } from './open-ct.js';
import type { PreviewPage } from './preview-page.js';
import { previewSettings } from './preview-settings.js';
import { toViewerError } from './to-viewer-error.js';
import { firstSliceOf, viewerVolumeOf } from './viewer-volume-of.js';
import { watchFile } from './watch-file.js';

/** Folders whose unusable masks were already reported. */
const foldersWithBadMasks = new Set<string>();

/** One editor with a CT image: answers its webview, requests predictions, watches the file. */
export class CtPreviewPanel implements vscode.Disposable {
  readonly #disposables: vscode.Disposable[] = [];
  readonly #requests = new Map<number, AbortController>();
  #truth: Truth | undefined;
  /** The mask that the user has chosen, in place of a discovered one. */
  #chosenMask: vscode.Uri | undefined;
  #sample: KnownSample | undefined;
  #prediction: AbortController | undefined;
  #status: PredictionStatus = { kind: 'idle' };
  #reloading: NodeJS.Timeout | undefined;
  #disposed = false;
  #painted = false;
  /** The displayed slice; undefined until one is chosen. */
  #slice: number | undefined;
  #openings = 0;
  /** VS Code queues messages to a page that is loading, but not to a hidden one, whose page no longer exists. */
  #isLoading = true;
  readonly #started = performance.now();
  readonly #predictor: AnswerSource;
  readonly #log: vscode.LogOutputChannel;
  readonly #sampleOf: SampleLookup;

  constructor(
    readonly document: CtDocument,
    readonly page: PreviewPage,
    predictor: AnswerSource,
    log: vscode.LogOutputChannel,
    sampleOf: SampleLookup,
  ) {
    this.#predictor = predictor;
    this.#log = log;
    this.#sampleOf = sampleOf;
    const watcher = watchFile(document.uri);
    this.#disposables.push(
      page.onMessage((message) => void this.#answer(message)),
      new vscode.Disposable(
        document.onDidChoose(() => {
          this.#forgetPrediction();
          void this.#open();
        }),
      ),
      watcher,
      watcher.onDidChange(() => {
        this.#reloadSoon();
      }),
      watcher.onDidCreate(() => {
        this.#reloadSoon();
      }),
      watcher.onDidDelete(() => {
        this.#vanished();
      }),
      predictor.onDidChange(() => {
        this.#askAnew();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('groundglass.crop')) this.#askAnew();
        if (!event.affectsConfiguration('groundglass.renderer')) return;
        this.#isLoading = page.visible;
        this.#load();
        if (page.visible) void this.#open(this.#slice);
      }),
    );
    page.onDidChangeViewState(() => {
      if (!page.visible) this.#isLoading = false;
    });
    page.onDidDispose(() => {
      this.dispose();
    });
    this.#load();
    // The page takes as long to start as many files take to decode: do both at once.
    void this.#open();
  }

  /** Requests the prediction of this image. */
  predict(): void {
    void this.#predict();
  }

  toggleMask(): void {
    this.#post({ type: 'toggleMask' });
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    clearTimeout(this.#reloading);
    this.#prediction?.abort();
    this.#truth?.dispose();
    for (const request of this.#requests.values()) request.abort();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #answer(message: ToHost): Promise<void> {
    switch (message.type) {
      case 'ready':
        // The page restarts each time that it becomes visible again; the first one has been sent everything by now.
        if (!this.#isLoading) return this.#open(message.slice);
        this.#isLoading = false;
        return;
      case 'slice':
        return this.#request(message.requestId, async (signal) => {
          const { volume } = await this.document.open();
          const slice = await volume.slice(message.index, signal);
          return { type: 'slice', requestId: message.requestId, slice: packSlice(slice) };
        });
      case 'truth':
        return this.#request(message.requestId, async (signal) => ({
          type: 'truth',
          requestId: message.requestId,
          mask: await this.#truth?.slice(message.index, signal),
        }));
      case 'colours':
        return this.#request(message.requestId, async () => {
          const { volume } = await this.document.open();
          if (!volume.colours) throw new CtError('CT_UNSUPPORTED', 'Expected a picture in colours');
          const picture = await volume.colours(message.index);
          return { type: 'colours', requestId: message.requestId, picture };
        });
      case 'timePoint':
        this.document.choose(message.index);
        return;
      case 'chooseMask':
        return this.#chooseMask();
      case 'cancel':
        this.#requests.get(message.requestId)?.abort();
        return;
      case 'predict':
        return this.#predict();
      case 'cancelPrediction':
        this.#prediction?.abort();
        this.#show({ kind: 'idle' });
        return;
      case 'retry':
        this.document.close();
        return this.#open();
      case 'copyText':
        await vscode.env.clipboard.writeText(message.text);
        vscode.window.setStatusBarMessage(vscode.l10n.t('Copied: {0}', message.text), 3000);
        return;
      case 'saveFile': {
        const { saveBytes } = await import('./save-bytes.js');
        return saveBytes(this.document.uri, message.name, message.bytes);
      }
      case 'saveFailed':
        void vscode.window.showWarningMessage(message.message);
        return;
      case 'painted':
        if (!this.#painted) {
          const after = Math.round(performance.now() - this.#started);
          this.#log.info(`First slice on the screen ${after} ms after the editor was asked for`);
        }
        if (!this.#painted) void this.#lookUp();
        this.#painted = true;
        this.#slice = message.index;
        return;
      // Messages of the filmstrip.
      case 'neighbours':
      case 'neighbour':
      case 'cancelNeighbour':
      case 'pickNeighbour':
        return;
      default:
        message satisfies never;
    }
  }

  /** Starts the page, which VS Code loads as soon as it is visible. */
  #load(): void {
    this.page.start({ strings: viewerStrings(), renderer: previewSettings.renderer });
  }

  /** @param slice the one to show; the volume's default if undefined. */
  async #open(slice?: number): Promise<void> {
    const opening = ++this.#openings;
    const isLatest = () => !this.#disposed && opening === this.#openings;
    this.#post({ type: 'opening' });
    let ct: OpenedCt;
    try {
      ct = await this.document.open();
    } catch (error) {
      if (!isLatest()) return;
      // Another editor of the same file has closed it to reload it.
      if (error instanceof CtError && error.code === 'CT_CANCELLED') return this.#open(slice);
      this.#post({ type: 'openFailed', error: this.#toError(error) });
      return;
    }
    if (!isLatest()) return;
    const firstSlice =
      slice === undefined ? firstSliceOf(ct) : Math.min(slice, ct.volume.sliceCount - 1);
    this.#slice = firstSlice;
    // The page counts its own requests from 0.
    const requestId = -opening;
    this.#post({
      ...{ type: 'opened', volume: viewerVolumeOf(ct), firstSlice, requestId },
      hasColours: ct.volume.colours !== null,
    });
    this.#showKnown();
    void this.#answer({ type: 'slice', requestId, index: firstSlice });
    void this.#compare(ct, isLatest);
    if (this.#status.kind === 'idle' || this.#status.kind === 'unavailable')
      this.#showAvailability();
    else this.#show(this.#status);
    if (previewSettings.predictOnOpen && this.#status.kind === 'idle') await this.#predict();
  }

  /** Another model or server answers now, or one becomes available. */
  #askAnew(): void {
    this.#forgetPrediction();
    if (previewSettings.predictOnOpen && this.page.visible) void this.#predict();
  }

  /** Looks for the expert's mask. */
  async #compare(ct: OpenedCt, isLatest: () => boolean): Promise<void> {
    const chosen = this.#chosenMask;
    const [{ findTruth }, { openMask }] = await Promise.all([
      import('../truth/find-truth.js'),
      import('../truth/open-mask.js'),
    ]);
    const looking = chosen ? openMask(chosen, ct) : findTruth(this.document.uri, ct);
    const truth = await looking.catch((error: unknown) => {
      if (!isLatest()) return undefined;
      if (chosen) this.#refuseMask(chosen, error);
      else this.#passOver(error);
      return undefined;
    });
    if (!isLatest()) {
      truth?.dispose();
      return;
    }
    this.#truth?.dispose();
    this.#truth = truth;
    if (truth) {
      const { name, classNames } = truth;
      this.#post({ type: 'truthFound', name, classNames });
    }
  }

  /** Asks the user for the expert's mask, which this editor keeps until it is closed. */
  async #chooseMask(): Promise<void> {
    const picked = await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Expert mask of {0}', posix.basename(this.document.uri.path)),
      openLabel: vscode.l10n.t('Compare'),
      defaultUri: vscode.Uri.joinPath(this.document.uri, '..'),
    });
    const mask = picked?.[0];
    if (!mask || this.#disposed) return;
    try {
      const ct = await this.document.open();
      const { openMask } = await import('../truth/open-mask.js');
      const truth = await openMask(mask, ct);
      this.#truth?.dispose();
      this.#truth = truth;
      this.#chosenMask = mask;
      const { name, classNames } = truth;
      this.#post({ type: 'truthFound', name, classNames });
    } catch (error) {
      this.#refuseMask(mask, error);
    }
  }

  /** Reports a discovered mask that cannot be used; only once a folder, because users step through hundreds of pictures. */
  #passOver(error: unknown): void {
    const folder = vscode.Uri.joinPath(this.document.uri, '..').toString();
    const { message } = this.#toError(error);
    const text = vscode.l10n.t(
      'The mask found for {0} is not shown: {1}.',
      ...[posix.basename(this.document.uri.path), message],
    );
    this.#log.warn(text);
    if (foldersWithBadMasks.has(folder)) return;
    foldersWithBadMasks.add(folder);
    void vscode.window.showWarningMessage(text);
  }

  #refuseMask(mask: vscode.Uri, error: unknown): void {
    const name = posix.basename(mask.path);
    const { message } = this.#toError(error);
    void vscode.window.showWarningMessage(
      vscode.l10n.t('{0} is not a mask of this picture: {1}.', name, message),
    );
  }

  /** Looks up the picture in the workspace's datasets, once it is displayed. */
  async #lookUp(): Promise<void> {
    const sample = await this.#sampleOf(this.document.uri).catch(() => undefined);
    if (this.#disposed || !sample) return;
    this.#sample = sample;
    this.#showKnown();
  }

  #showKnown(): void {
    if (!this.#sample) return;
    const { label, split, patient, isPositive } = this.#sample;
    const answer = this.#status.kind === 'done' ? this.#status.prediction : undefined;
    const isAnswered = answer !== undefined && answer.label !== null;
    const differs =
      isPositive === null || !isAnswered
        ? null
        : isPositive !== answer.probability >= answer.threshold;
    const known: Known = { label, split, patient, differs };
    this.#post({ type: 'known', known });
  }

  async #predict(): Promise<void> {
    const reason = this.#predictor.unavailableReason;
    if (reason !== undefined) {
      this.#show({ kind: 'unavailable', reason });
      return;
    }
    this.#prediction?.abort();
    const prediction = new AbortController();
    this.#prediction = prediction;
    const { signal } = prediction;
    this.#show({ kind: 'running', done: 0, total: 0, slices: [] });
    try {
      const ct = await this.document.open();
      const result = await this.#predictor.predict(ct, {
        signal,
        startAt: Math.min(this.#slice ?? firstSliceOf(ct), ct.volume.sliceCount - 1),
        onProgress: (progress) => {
          if (!signal.aborted) this.#add(progress);
        },
      });
      if (!signal.aborted) this.#show({ kind: 'done', prediction: result });
    } catch (error) {
      if (!signal.aborted) this.#show({ kind: 'failed', error: this.#toError(error) });
    } finally {
      if (this.#prediction === prediction) this.#prediction = undefined;
    }
  }

  /** Drops the old prediction or error: the file has changed. */
  #forgetPrediction(): void {
    this.#prediction?.abort();
    this.#status = { kind: 'idle' };
    this.#showAvailability();
  }

  #showAvailability(): void {
    if (this.#status.kind !== 'idle' && this.#status.kind !== 'unavailable') return;
    const reason = this.#predictor.unavailableReason;
    this.#show(reason === undefined ? { kind: 'idle' } : { kind: 'unavailable', reason });
  }

  /** Posts only what is new: resending the masks of all earlier slices would cost more with each one. */
  #add({ done, total, slice }: PredictProgress): void {
    const before = this.#status.kind === 'running' ? this.#status.slices : [];
    this.#status = { kind: 'running', done, total, slices: [...before, slice] };
    this.#post({ type: 'scored', done, total, slice });
  }

  #show(status: PredictionStatus): void {
    this.#status = status;
    this.#post({ type: 'prediction', status });
    this.#showKnown();
  }

  async #request(
    requestId: number,
    work: (signal: AbortSignal) => Promise<ToWebview>,
  ): Promise<void> {
    const request = new AbortController();
    this.#requests.set(requestId, request);
    try {
      this.#post(await work(request.signal));
    } catch (error) {
      this.#post({ type: 'failed', requestId, error: this.#toError(error) });
    } finally {
      this.#requests.delete(requestId);
    }
  }

  /** Files are often written in several steps: only the last one counts. */
  #reloadSoon(): void {
    clearTimeout(this.#reloading);
    this.#reloading = setTimeout(() => {
      this.#forgetPrediction();
      this.document.close();
      void this.#open();
    }, 300);
  }

  #vanished(): void {
    clearTimeout(this.#reloading);
    this.#forgetPrediction();
    this.document.close();
    const error: ViewerError = toViewerError(
      new CtError('CT_READ_FAILED', vscode.l10n.t('The file was deleted or moved.')),
    );
    this.#post({ type: 'openFailed', error });
  }

  /** The error as the viewer shows it; an unexpected one is logged in full. */
  #toError(error: unknown): ViewerError {
    if (!(error instanceof CtError))
      this.#log.error(error instanceof Error ? error : String(error));
    return toViewerError(error);
  }

  #post(message: ToWebview): void {
    if (!this.#disposed) this.page.post(message);
  }
}
