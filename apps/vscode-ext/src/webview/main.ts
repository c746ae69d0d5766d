import { defineViewer } from '@groundglass/viewer';
import type { PageStart, ToHost, ToWebview } from '../shared/protocol.js';
import { connectFilmstrip } from './connect-filmstrip.js';
import { connectViewer } from './connect-viewer.js';

/** VS Code's side of a webview; it may be acquired once. */
declare function acquireVsCodeApi(): {
  postMessage(message: ToHost): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const host = acquireVsCodeApi();
const start = JSON.parse(document.querySelector('#start')!.textContent) as PageStart;
defineViewer();
const viewer = document.createElement('groundglass-viewer');
viewer.strings = start.strings;
viewer.setAttribute('renderer', start.renderer);
const receive = connectViewer(viewer, host);
document.querySelector('main')!.append(viewer);
viewer.wait();
const receiveNeighbours = connectFilmstrip(viewer, start.strings, (message) => {
  host.postMessage(message);
});
addEventListener('message', (event: MessageEvent<ToWebview>) => {
  receive(event.data);
  receiveNeighbours(event.data);
});
// After its palette closes, the workbench returns the focus to the page, not to the element that had it: keys would have no effect.
addEventListener('focus', () => {
  if (document.activeElement === document.body) viewer.focus();
});
