import { CtError, type CtSlice } from '@groundglass/core/browser';
import { defineViewer, type SliceProvider, type ViewerError } from '@groundglass/viewer';
import { unpackSlice, type ToHost, type ToWebview } from '../shared/protocol.js';

/** VS Code's side of a webview; it may be acquired once. */
declare function acquireVsCodeApi(): {
  postMessage(message: ToHost): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const host = acquireVsCodeApi();
defineViewer();
const viewer = document.createElement('groundglass-viewer');

interface Request {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
}
const requests = new Map<number, Request>();
let nextRequest = 0;

/** Asks the host and settles with its answer; an abort is told to the host. */
function ask<T>(type: 'slice' | 'truth', index: number, signal: AbortSignal): Promise<T> {
  const requestId = nextRequest++;
  return new Promise<T>((resolve, reject) => {
    requests.set(requestId, { resolve, reject });
    signal.addEventListener('abort', () => {
      if (!requests.delete(requestId)) return;
      host.postMessage({ type: 'cancel', requestId });
      reject(new CtError('CT_CANCELLED', 'The slice is no longer wanted'));
    });
    host.postMessage({ type, requestId, index });
  });
}

function settle(requestId: number, use: (request: Request) => void): void {
  const request = requests.get(requestId);
  requests.delete(requestId);
  // Answers to what was given up find nobody.
  if (request) use(request);
}

class HostError extends Error {
  readonly code: string;
  constructor(error: ViewerError) {
    super(error.message);
    this.code = error.code;
  }
}

function receive(message: ToWebview): void {
  switch (message.type) {
    case 'strings':
      viewer.strings = message.strings;
      if (!viewer.isConnected) document.querySelector('main')!.append(viewer);
      return;
    case 'opening':
      viewer.wait();
      return;
    case 'opened': {
      const provider: SliceProvider = {
        slice: (index, signal) => ask<CtSlice>('slice', index, signal),
      };
      const kept = host.getState();
      viewer.open(message.volume, provider, kept ?? { slice: message.firstSlice });
      viewer.focus();
      return;
    }
    case 'truthFound':
      viewer.compareWith((index, signal) => ask('truth', index, signal));
      return;
    case 'openFailed':
      viewer.fail(message.error);
      return;
    case 'slice':
      settle(message.requestId, ({ resolve }) => {
        resolve(unpackSlice(message.slice) as never);
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
    case 'toggleMask':
      viewer.viewState = { ...viewer.viewState, maskVisible: !viewer.viewState.maskVisible };
      return;
    default:
      message satisfies never;
  }
}

addEventListener('message', (event: MessageEvent<ToWebview>) => {
  receive(event.data);
});
// The workbench gives the focus back to the page and not to what had it, after a look at its palette: keys would go nowhere.
addEventListener('focus', () => {
  if (document.activeElement === document.body) viewer.focus();
});
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
viewer.addEventListener('retry', () => {
  host.postMessage({ type: 'retry' });
});
host.postMessage({ type: 'ready' });
