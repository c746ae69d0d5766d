import type { Page } from '@playwright/test';
import type { ToWebview } from '../src/shared/protocol.js';
import { expect, test } from './workbench.js';

// What listens must be there before the window's scripts.
test.use({ isInNewWindow: true });

/**
 * Notes each slice that the preview's page is sent, by its request: the host counts its own from -1 down, the page's count from 0 up.
 *
 * @param isLossy takes away what the host sends of its first opening.
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
    // On the prototype, since VS Code writes the page again, which takes listeners away.
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

// The extension host outlives its window for hours, and a server of its would for minutes: tests that look for theirs would find it.
test.beforeEach(({ workbench }) => {
  workbench.set({ 'groundglass.predictOnOpen': false });
});

test('the first slice comes without being asked for', async ({ workbench, page }) => {
  const requests = await noteSlices(page, false);
  await workbench.open('covid-volume.nii.gz');
  await workbench.picture();
  expect(requests[0]).toBe(-1);
});

test('a page that gets no slice asks for it', async ({ workbench, page }) => {
  const requests = await noteSlices(page, true);
  await workbench.open('covid-volume.nii.gz');
  await workbench.picture();
  expect(requests[0]).toBe(-2);
});
