import type { Page } from '@playwright/test';
import type { ToWebview } from '../src/shared/protocol.js';
import { expect, test } from './workbench.js';

// The listener must exist before the window's scripts.
test.use({ isInNewWindow: true });

/**
 * Records each slice sent to the preview's page, by its request: the host counts its own from -1 down, the page's count from 0 up.
 *
 * @param isLossy drops what the host sends at its first opening.
 */
async function noteSlices(page: Page, isLossy: boolean): Promise<number[]> {
  const requests: number[] = [];
  await page.exposeFunction('noteSlice', (request: number) => {
    requests.push(request);
  });
  await page.addInitScript((lossy) => {
    let openings = 0;
    const isLost = (message: ToWebview) => {
      if (message.type === 'opening') return ++openings === 1;
      return 'requestId' in message && message.requestId === -1;
    };
    const isOfPreview = (data: unknown): data is ToWebview =>
      document.querySelector('groundglass-viewer') !== null &&
      typeof (data as Partial<ToWebview> | null)?.type === 'string';
    // On the prototype, since VS Code rewrites the page, which removes listeners.
    const listen = Reflect.get(EventTarget.prototype, 'addEventListener') as (
      this: EventTarget,
      type: string,
      listener: unknown,
      options?: unknown,
    ) => void;
    EventTarget.prototype.addEventListener = function (
      type: string,
      listener: unknown,
      options?: unknown,
    ) {
      const heard = (event: MessageEvent) => {
        const data: unknown = event.data;
        if (isOfPreview(data)) {
          if (lossy && isLost(data)) return;
          const { noteSlice } = window as unknown as { noteSlice: (request: number) => void };
          if (data.type === 'slice') noteSlice(data.requestId);
        }
        (listener as (event: MessageEvent) => void)(event);
      };
      const isOurs = type === 'message' && this === window && typeof listener === 'function';
      listen.call(this, type, isOurs ? heard : listener, options);
    };
  }, isLossy);
  return requests;
}

// The extension host outlives its window by hours and its server by minutes: tests that look for their server would find it.
test.beforeEach(({ workbench }) => {
  workbench.set({ 'groundglass.predictOnOpen': false });
});

test('the first slice comes without a request', async ({ workbench, page }) => {
  const requests = await noteSlices(page, false);
  await workbench.open('covid-volume.nii.gz');
  await workbench.picture();
  expect(requests[0]).toBe(-1);
});

test('a page that gets no slice requests it', async ({ workbench, page }) => {
  const requests = await noteSlices(page, true);
  await workbench.open('covid-volume.nii.gz');
  await workbench.picture();
  expect(requests[0]).toBe(-2);
});
