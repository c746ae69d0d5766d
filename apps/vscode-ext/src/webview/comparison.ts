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
const { views: keptViews } = (host.getState() ?? {}) as { views?: unknown[] };
const views = start.sides.map((_, side) => keptViews?.[side]);
const keep = () => {
  host.setState({ kept: start.kept, views });
};
// From the start: a window may be reloaded before the user has changed anything.
keep();
const receivers = comparison.viewers.map((viewer, side) => {
  const receive = connectViewer(
    viewer,
    {
      postMessage: (message) => {
        host.postMessage({ side, message });
      },
      getState: () => views[side],
      setState: (state) => {
        views[side] = state;
        keep();
      },
    },
    // Comparing pictures comes first; the verdicts are one key away.
    { panelOpen: false },
  );
  viewer.wait();
  return receive;
});
document.querySelector('main')!.append(comparison);
addEventListener('message', ({ data }: MessageEvent<OfSide<ToWebview>>) => {
  receivers[data.side]?.(data.message);
});
// The workbench returns the focus to the page, not to the element that had it.
addEventListener('focus', () => {
  if (document.activeElement === document.body) comparison.focus();
});
