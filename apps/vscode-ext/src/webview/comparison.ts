import { defineComparison } from '@groundglass/viewer/compare';
import type { ComparisonStart, OfSide, ToHost, ToWebview } from '../shared/protocol.js';
import { connectViewer } from './connect-viewer.js';

/** VS Code's side of a webview; it may be acquired once. */
declare function acquireVsCodeApi(): {
  postMessage(message: OfSide<ToHost>): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const host = acquireVsCodeApi();
const start = JSON.parse(document.querySelector('#start')!.textContent) as ComparisonStart;
defineComparison();
const comparison = document.createElement('groundglass-comparison');
comparison.strings = start.strings;
comparison.setAttribute('renderer', start.renderer);
comparison.setSides(start.sides, start.difference);
/** The view of each side, as the user left it. */
const states = start.sides.map((_, side) => (host.getState() as unknown[] | undefined)?.[side]);
const receivers = comparison.viewers.map((viewer, side) => {
  const receive = connectViewer(
    viewer,
    {
      postMessage: (message) => {
        host.postMessage({ side, message });
      },
      getState: () => states[side],
      setState: (state) => {
        states[side] = state;
        host.setState(states);
      },
    },
    // Pictures are compared first; what is said of each is one key away.
    { panelOpen: false },
  );
  viewer.wait();
  return receive;
});
document.querySelector('main')!.append(comparison);
addEventListener('message', ({ data }: MessageEvent<OfSide<ToWebview>>) => {
  receivers[data.side]?.(data.message);
});
// The workbench gives the focus back to the page and not to what had it.
addEventListener('focus', () => {
  if (document.activeElement === document.body) comparison.focus();
});
