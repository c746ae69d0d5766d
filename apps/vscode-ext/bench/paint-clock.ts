import type { Page } from '@playwright/test';

/** An event in the page or one of its frames; milliseconds since the epoch, one clock for all frames. */
interface Moment {
  readonly name: 'key' | 'slice' | 'mask' | 'picture' | 'gallery' | 'hover';
  readonly at: number;
  /** The displayed slice. */
  readonly index?: number;
}

/**
 * Records, in the page itself, when a key was pressed and when a slice, its mask, VS Code's own picture, a gallery or a hover was displayed: no round
 * trip to the test is in the times.
 */
export class PaintClock {
  #moments: Moment[] = [];
  #heard: (() => void) | undefined;
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** Starts it; before the page is opened. */
  static async on(page: Page): Promise<PaintClock> {
    const clock = new PaintClock(page);
    await page.exposeFunction('noteMoment', (moment: Moment) => {
      clock.#moments.push(moment);
      clock.#heard?.();
    });
    await page.addInitScript(watchFrame);
    return clock;
  }

  /** Presses a key and returns the milliseconds until its effect is displayed. */
  async press(key: string, brings: Moment['name'], timeout = 60_000): Promise<number> {
    this.#moments = [];
    const heard = this.#wait(brings, timeout);
    await this.#page.keyboard.press(key);
    const shown = await heard;
    const pressed = this.#moments.find(({ name }) => name === 'key');
    if (!pressed) throw new Error(`Expected the page to see ${key}, saw none`);
    return shown.at - pressed.at;
  }

  /** Milliseconds from the last key to something later than what {@link press} waited for. */
  async until(name: Moment['name'], timeout = 60_000): Promise<number> {
    const shown = await this.#wait(name, timeout);
    return shown.at - this.#moments.find((moment) => moment.name === 'key')!.at;
  }

  async #wait(name: Moment['name'], timeout: number): Promise<Moment> {
    const started = performance.now();
    for (;;) {
      const found = this.#moments.find((moment) => moment.name === name);
      if (found) return found;
      const left = timeout - (performance.now() - started);
      if (left <= 0) throw new Error(`Expected ${name} within ${timeout} ms, got none`);
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
        setTimeout(resolve, left);
      });
    }
  }
}

/** Runs in every frame before its own scripts. */
function watchFrame(): void {
  const tell = (window as unknown as { noteMoment?: (moment: Moment) => void }).noteMoment;
  const now = () => performance.timeOrigin + performance.now();
  /** In the frame after the drawn one, so that the time includes drawing and presenting. */
  const afterFrame = (note: () => void) => requestAnimationFrame(note);
  const noteKey = (event: KeyboardEvent) => {
    const at = performance.timeOrigin + event.timeStamp;
    if (event.isTrusted) tell?.({ name: 'key', at });
  };
  addEventListener('keydown', noteKey, true);
  // VS Code rewrites a webview's document, which removes listeners, but not changes to the prototypes: the first slice brings
  // the listener back, and where it still is nothing happens.
  const { value: dispatch } = Object.getOwnPropertyDescriptor(
    EventTarget.prototype,
    'dispatchEvent',
  ) as { value: (this: EventTarget, event: Event) => boolean };
  EventTarget.prototype.dispatchEvent = function (event) {
    if (event.type === 'slicepainted') {
      addEventListener('keydown', noteKey, true);
      const { index } = (event as CustomEvent<{ index: number }>).detail;
      afterFrame(() => tell?.({ name: 'slice', index, at: now() }));
    }
    return dispatch.call(this, event);
  };
  const look = () => {
    const viewer = document.querySelector('groundglass-viewer')?.shadowRoot;
    const gallery = document.querySelector('groundglass-gallery')?.shadowRoot;
    const name = viewer?.querySelector('.legend li')
      ? 'mask'
      : document.querySelector('body.ready > img')
        ? 'picture'
        : gallery?.querySelector('.tile[data-painted=true]')
          ? 'gallery'
          : undefined;
    if (!name) return;
    clearInterval(looking);
    afterFrame(() => tell?.({ name, at: now() }));
  };
  // A timer: animation frames requested before a webview's document is rewritten never come.
  const looking = window === window.top ? undefined : setInterval(look, 4);
  if (window !== window.top) return;
  let isHovering = false;
  setInterval(() => {
    const picture = document.querySelector<HTMLImageElement>('.monaco-hover:not(.hidden) img');
    const isShown = picture !== null && picture.complete && picture.offsetParent !== null;
    if (isShown && !isHovering) afterFrame(() => tell?.({ name: 'hover', at: now() }));
    isHovering = isShown;
  }, 4);
}
