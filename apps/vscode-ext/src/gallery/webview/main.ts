import { defineGallery, type GalleryEventMap, type Thumbnail } from '@groundglass/viewer/gallery';
import type { FromGallery, GalleryStart, KeptGallery, ToGallery } from '../gallery-protocol.js';

/** VS Code's side of a webview; it may be acquired once. */
declare function acquireVsCodeApi(): {
  postMessage(message: FromGallery): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const host = acquireVsCodeApi();
const start = JSON.parse(document.querySelector('#start')!.textContent) as GalleryStart;
defineGallery();
const main = document.querySelector('main')!;
const gallery = document.createElement('groundglass-gallery');
gallery.strings = start.strings;
const before = (host.getState() ?? {}) as { kept?: KeptGallery; state?: unknown };
gallery.state = before.state ?? start.state;
main.append(gallery);
/** The subject of the gallery. */
let kept = before.kept ?? start.kept;
const keep = () => {
  host.setState({ kept, state: gallery.state });
};
keep();

interface Request {
  readonly resolve: (thumbnail: Thumbnail) => void;
  readonly reject: (error: Error) => void;
}
const requests = new Map<number, Request>();
let nextRequest = 0;

/** Asks the host for the picture of a row. */
function thumbnailOf(row: number, signal: AbortSignal): Promise<Thumbnail> {
  const requestId = nextRequest++;
  return new Promise((resolve, reject) => {
    requests.set(requestId, { resolve, reject });
    host.postMessage({ type: 'thumbnail', requestId, row });
    signal.addEventListener('abort', () => {
      if (!requests.delete(requestId)) return;
      host.postMessage({ type: 'cancel', requestId });
      reject(new Error('The picture is no longer wanted'));
    });
  });
}

let isFirst = true;

function receive(message: ToGallery): void {
  switch (message.type) {
    case 'rows':
      // An unreadable file may be intact again.
      if (!gallery.isConnected) main.replaceChildren(gallery);
      gallery.open(message.rows, message.facts, thumbnailOf);
      kept = message.kept;
      keep();
      if (isFirst) gallery.focus();
      isFirst = false;
      return;
    case 'state':
      gallery.state = { ...gallery.state, ...message.state };
      return;
    case 'thumbnail': {
      const { requestId, columns, rows, grey, mask } = message;
      requests.get(requestId)?.resolve({ columns, rows, grey, mask });
      requests.delete(requestId);
      return;
    }
    case 'noThumbnail':
      requests.get(message.requestId)?.reject(new Error(message.message));
      requests.delete(message.requestId);
      return;
    case 'refresh':
      for (const row of message.rows) gallery.refresh(row);
      return;
    case 'scoring':
      gallery.scoring = message.status;
      return;
    case 'canScore':
      gallery.canScore = message.can;
      return;
    case 'say':
      gallery.say(message.text);
      return;
    case 'failed': {
      const text = document.createElement('p');
      text.className = 'failed';
      text.setAttribute('role', 'alert');
      text.textContent = message.message;
      main.replaceChildren(text);
      return;
    }
    default:
      message satisfies never;
  }
}

addEventListener('message', (event: MessageEvent<ToGallery>) => {
  receive(event.data);
});
// The workbench returns the focus to the page, not to the element that had it.
addEventListener('focus', () => {
  if (document.activeElement === document.body) gallery.focus();
});

function on<K extends keyof GalleryEventMap>(
  type: K,
  run: (detail: GalleryEventMap[K]['detail']) => void,
) {
  gallery.addEventListener(type, (event) => {
    run((event as GalleryEventMap[K]).detail);
  });
}
on('openrows', ({ rows, how, order }) => {
  host.postMessage({ type: 'open', rows, how, order });
});
on('copypaths', ({ rows }) => {
  host.postMessage({ type: 'copyPaths', rows });
});
on('copypicture', ({ row }) => {
  host.postMessage({ type: 'copyPicture', row });
});
on('export', (detail) => {
  if (detail.kind === 'manifest') host.postMessage({ type: 'exportManifest', rows: detail.rows });
  else host.postMessage({ type: 'export', kind: detail.kind, text: detail.text });
});
on('score', () => {
  host.postMessage({ type: 'score' });
});
on('cancelscoring', () => {
  host.postMessage({ type: 'cancelScoring' });
});
on('compare', () => {
  host.postMessage({ type: 'compare' });
});
on('endcomparison', () => {
  host.postMessage({ type: 'endComparison' });
});
on('statechange', (state) => {
  keep();
  host.postMessage({ type: 'state', state });
});
host.postMessage({ type: 'ready', second: kept.second });
