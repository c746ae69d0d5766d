import { CtError, type CtSlice, type RgbaPicture } from '@groundglass/core/browser';
import { parseViewState, type SliceProvider, type ViewerError } from '@groundglass/viewer';
import { unpackSlice, type ToHost, type ToWebview } from '../shared/protocol.js';

/** The host of one viewer: receives its messages and saves its state. */
export interface ViewerHost {
  postMessage(message: ToHost): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/**
 * Shows in a viewer what its host sends, and reports to the host what its user does.
 *
 * @param first initial state, in addition to the slice, of a view that the user has not changed.
 * @returns the handler of the host's messages.
 */
export function connectViewer(
  viewer: HTMLElementTagNameMap['groundglass-viewer'],
  host: ViewerHost,
  first: object = {},
): (message: ToWebview) => void {
  viewer.canChooseMask = true;
  const requests = new Map<number, Request>();
  let nextRequest = 0;

  /** Sends the host a request and settles with its answer; an abort is sent to the host. */
  function ask<T>(
    type: 'slice' | 'truth' | 'colours',
    index: number,
    signal: AbortSignal,
  ): Promise<T> {
    const requestId = nextRequest++;
    const answer = answerTo<T>(requestId, signal);
    host.postMessage({ type, requestId, index });
    return answer;
  }

  function answerTo<T>(requestId: number, signal: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      requests.set(requestId, { resolve, reject });
      signal.addEventListener('abort', () => {
        if (!requests.delete(requestId)) return;
        host.postMessage({ type: 'cancel', requestId });
        reject(new CtError('CT_CANCELLED', 'The slice is no longer wanted'));
      });
    });
  }

  /** Requests slices, except the first one, which the host sends unrequested. */
  function slicesOf({
    firstSlice,
    requestId,
    hasColours,
  }: ToWebview & { type: 'opened' }): SliceProvider {
    let isComing = true;
    return {
      slice: (index, signal) => {
        if (!isComing || index !== firstSlice) return ask<CtSlice>('slice', index, signal);
        isComing = false;
        return answerTo<CtSlice>(requestId, signal);
      },
      colours: hasColours ? (index, signal) => ask<RgbaPicture>('colours', index, signal) : null,
    };
  }

  function settle(requestId: number, use: (request: Request) => void): void {
    const request = requests.get(requestId);
    requests.delete(requestId);
    // Drop answers to aborted requests.
    if (request) use(request);
  }

  /** Whether the host has sent anything about the file; a prediction may arrive earlier. */
  let isTold = false;

  function receive(message: ToWebview): void {
    switch (message.type) {
      case 'opening':
        isTold = true;
        viewer.wait();
        return;
      case 'opened': {
        isTold = true;
        const kept = host.getState();
        // The comparison says more about a model than the classes of a mask, which are one switch away.
        const fresh = { slice: message.firstSlice, classes: false, ...first };
        viewer.open(message.volume, slicesOf(message), kept ?? fresh);
        // A single click in the explorer opens a picture and keeps the focus there.
        if (document.hasFocus()) viewer.focus();
        return;
      }
      case 'truthFound':
        viewer.compareWith({
          mask: (index, signal) => ask('truth', index, signal),
          name: message.name,
          classNames: message.classNames,
        });
        return;
      case 'known':
        viewer.known = message.known;
        return;
      case 'openFailed':
        isTold = true;
        viewer.fail(message.error);
        return;
      case 'slice':
        settle(message.requestId, ({ resolve }) => {
          resolve(unpackSlice(message.slice) as never);
        });
        return;
      case 'colours':
        settle(message.requestId, ({ resolve }) => {
          resolve(message.picture as never);
        });
        return;
      case 'truth':
        settle(message.requestId, ({ resolve }) => {
          resolve(message.mask as never);
        });
        return;
      case 'failed':
        settle(message.requestId, ({ reject }) => {
          reject(new HostError(message.error));
        });
        return;
      case 'prediction':
        viewer.prediction = message.status;
        return;
      case 'scored': {
        const { done, total, slice } = message;
        const { prediction } = viewer;
        const before = prediction.kind === 'running' ? prediction.slices : [];
        viewer.prediction = { kind: 'running', done, total, slices: [...before, slice] };
        return;
      }
      case 'toggleMask':
        viewer.viewState = { ...viewer.viewState, maskVisible: !viewer.viewState.maskVisible };
        return;
      // Messages of the filmstrip.
      case 'neighbours':
      case 'neighbour':
      case 'noNeighbour':
        return;
      default:
        message satisfies never;
    }
  }

  viewer.addEventListener('statechange', ({ detail }) => {
    host.setState(detail);
  });
  viewer.addEventListener('slicepainted', ({ detail }) => {
    host.postMessage({ type: 'painted', index: detail.index });
  });
  viewer.addEventListener('requestprediction', () => {
    host.postMessage({ type: 'predict' });
  });
  viewer.addEventListener('cancelprediction', () => {
    host.postMessage({ type: 'cancelPrediction' });
  });
  viewer.addEventListener('timepoint', ({ detail }) => {
    host.postMessage({ type: 'timePoint', index: detail.index });
  });
  viewer.addEventListener('choosemask', () => {
    host.postMessage({ type: 'chooseMask' });
  });
  viewer.addEventListener('copytext', (event) => {
    event.preventDefault();
    const { detail } = event;
    host.postMessage({ type: 'copyText', text: detail.text });
  });
  viewer.addEventListener('savefile', (event) => {
    event.preventDefault();
    const { name, bytes } = event.detail;
    host.postMessage({ type: 'saveFile', name, bytes });
  });
  viewer.addEventListener('savefailed', ({ detail }) => {
    host.postMessage({ type: 'saveFailed', message: detail.message });
  });
  viewer.addEventListener('retry', () => {
    host.postMessage({ type: 'retry' });
  });

  /** Requests everything from the host, which has already sent it to a first page. */
  function sayReady(): void {
    const kept = host.getState();
    const slice = kept === undefined ? undefined : parseViewState(kept).slice;
    host.postMessage({ type: 'ready', slice });
  }
  sayReady();
  // VS Code queues messages posted before the page exists, but does not promise to.
  setTimeout(() => {
    if (!isTold) sayReady();
  }, 1000);
  return receive;
}

interface Request {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
}
class HostError extends Error {
  readonly code: string;
  constructor(error: ViewerError) {
    super(error.message);
    this.code = error.code;
  }
}
